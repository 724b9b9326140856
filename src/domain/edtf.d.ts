declare module 'edtf' {
  /** Throws an Error if the text is not EDTF of this level. */
  export const parse: (text: string, options?: { level?: number }) => unknown;
}
