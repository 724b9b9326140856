/** The option for a parameter: `--known-at` for `knownAt`. */
export const optionNameOf = (parameter: string): string =>
  `--${parameter.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
