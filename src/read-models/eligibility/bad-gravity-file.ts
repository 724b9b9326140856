/**
 * The file of the gravity of offences is invalid; the message names the first error without quoting the file. A module of its own,
 * since the command line prints the error, but most commands do not load the reader of the file.
 */
export class BadGravityFile extends Error {
  override readonly name = 'BadGravityFile';
}
