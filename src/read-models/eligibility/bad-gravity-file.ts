/**
 * The gravity file says nothing that can be used; the message names the first error, which quotes nothing of the file. The command line
 * prints it, and most of its commands do not load what reads the file.
 */
export class BadGravityFile extends Error {
  override readonly name = 'BadGravityFile';
}
