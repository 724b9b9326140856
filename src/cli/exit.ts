/** How a command ends. */

/** The exit codes of `habeas`, as its help says them. */
export const EXIT = { fine: 0, refused: 1, couldNotRun: 2, stopped: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Something that the person at the terminal can put right: said in a sentence, without a stack. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}
