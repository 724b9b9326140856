/** The report of an import. It quotes no cell of a row, since reports are passed on and cells are about people. */

/** Codes of files and rows with their descriptions for docs/problems.md. Codes of fields and findings are defined in schema/ and domain/. */
export const IMPORT_CODES = {
  'FILE.NOT_READABLE': 'The file does not exist or may not be read.',
  'FILE.NOT_UTF8': 'The file, or a cell of it, is not UTF-8.',
  'FILE.NOT_CSV': 'The file cannot be cut into rows: a quote stands where none may.',
  'FILE.NOT_XLSX': 'The file is no workbook that can be read: damaged, encrypted, or of another format.',
  'FILE.MERGED_CELLS': 'The sheet has merged cells, whose content belongs to no single row.',
  'FILE.OTHER_SHEETS':
    'Only the first visible sheet of a workbook is read. A notice: the rows of that sheet are imported.',
  'FILE.HIDDEN_CELLS':
    'The sheet has hidden rows or columns, which are imported like the others. A notice: whoever hid or filtered them may not want that.',
  'FILE.COMMENTS_NOT_READ':
    'Cells have comments. A notice: the text of the cells is imported, that of the comments is not.',
  'FILE.LINKS_NOT_READ':
    'Cells link to an address that their text does not say. A notice: the text is imported, the address is not.',
  'FILE.NOT_JSON': 'The file of definitions is not JSON.',
  'FILE.KEY_TWICE': 'An object of the file has a key twice, so that one of its values would be lost.',
  'FILE.EMPTY': 'The file, or the first visible sheet of the workbook, has no text.',
  'FILE.UNKNOWN_KIND': 'Neither definitions nor a header that a register file begins with.',
  'FILE.UNKNOWN_COLUMN': 'The header names a column that this kind of file does not have.',
  'FILE.MISSING_COLUMN': 'The header lacks a column that this kind of file cannot do without.',
  'FILE.COLUMN_TWICE': 'The header names a column more than once.',
  'FILE.NAMELESS_COLUMN': 'A cell stands in a column to which the header gives no name.',
  'FILE.ROW_TOO_LONG': 'A row is longer than a row may be; often a quote was not closed.',
  'FILE.TOO_LONG': 'The file has more rows, or more bytes, than are read at once.',
  'ROW.CUT_SHORT': 'The row has fewer or more cells than the header.',
  'ROW.REFERENCE_TWICE':
    'The reference, or the edition by its date and speaker, stands on more than one row of the file; none of them enters. In a definition: an entry is there twice.',
  'ROW.WRONG_CELL': 'The cell is not in a form that a register file has.',
  'ROW.CONTRADICTS_ITSELF': 'Two cells of the row cannot both be right.',
  'ROW.REPEATS_HEADER': 'The row is the header once more. It is left out; the others are imported.',
  'ROW.UNKNOWN_REFERENCE': 'No case of the register has this reference.',
  'ROW.REFERENCE_TAKEN': 'Another case has the reference already.',
  'ROW.OTHER_PERSON':
    'The case with the reference has no name like those of the row: the reference may be wrong. `same_as` says that it is the same person.',
  'ROW.NOT_ALONE': 'The line is right and stays out, since another line of the same case is wrong.',
  'ROW.NO_SUCH_DECREE': 'No single pardon decree of the register was issued on the day of release.',
  'IMPORT.NEEDS_CORRECTION': 'The cell said something else when it was imported; an import adds, it does not correct.',
  'IMPORT.NOT_RECORDED': 'Somebody else changed the case in the same moment; import the file again.',
} as const;
export type ImportCode = keyof typeof IMPORT_CODES;

/** A remark about a file that is imported all the same. */
export interface FileNotice {
  readonly code: ImportCode;
  readonly expected: string;
}

/** Why a file is not imported at all. */
export interface FileProblem {
  readonly code: ImportCode | 'LIST.UNKNOWN';
  /** Counted from 1; null where the problem has no line. */
  readonly line: number | null;
  /** The column that is wrong or missing in the header, or that has the wrong cell. */
  readonly column?: string;
  readonly expected: string;
}

/** An error in one cell, or in the whole row where `column` is null. */
export interface CellError {
  /** The line of the file; absent where the caller knows it. */
  readonly row?: number | null;
  readonly column: string | null;
  readonly code: string;
  readonly expected: string;
}

/** One line of the report. `column` is a JSON pointer for definitions and NDJSON; `row` is null for definitions. */
export interface ReportLine extends CellError {
  readonly file: string;
  readonly row: number | null;
}

/** Reports a cell once, even if it breaks several rules. */
export const firstErrorPerCell = (errors: readonly CellError[]): readonly CellError[] => {
  const columns = new Set<string | null>();
  return errors.filter(({ column }) => (columns.has(column) ? false : columns.add(column)));
};
