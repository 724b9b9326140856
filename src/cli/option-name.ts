/** The option for a parameter: `--known-at` for `knownAt`. */
export const optionOf = (parameter: string): string =>
  `--${parameter.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
