/** The path of a tile (C2SP tlog-tiles): `<level>/<number>[.p/<width>]`, a number in groups of three digits, `x001/x234/067`. */

/** For the OpenAPI document. */
export const TILE_PATH_DESCRIPTION =
  'Level, number and, of a tile in part, width: `0/000`, `0/x001/x234/067`, `1/000.p/44`. Slashes are not escaped.';

export interface TilePath {
  readonly level: number;
  readonly number: number;
  /** How many hashes the tile has, at most FULL_WIDTH. */
  readonly width: number;
}

const FULL_WIDTH = 256;
const MAX_LEVEL = 63;
const TILE_PATH_PATTERN = /^(0|[1-9]\d?)\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** Null for a path of another form: each tile has one path, so that caches hold it once. */
export const parseTilePath = (path: string): TilePath | null => {
  const [, level = '', digits = '', width] = TILE_PATH_PATTERN.exec(path) ?? [];
  const tile = {
    level: Number(level),
    number: Number(digits.replace(/[x/]/g, '')),
    width: width === undefined ? FULL_WIDTH : Number(width),
  };
  const isTile = digits !== '' && !digits.startsWith('x000') && tile.level <= MAX_LEVEL && tile.width <= FULL_WIDTH;
  return isTile && (width === undefined || tile.width < FULL_WIDTH) ? tile : null;
};
