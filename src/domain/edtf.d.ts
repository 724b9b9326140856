declare module 'edtf' {
  /** Throws an Error for what is not EDTF of this level. */
  export const parse: (text: string, options?: { level?: number }) => unknown;
}
