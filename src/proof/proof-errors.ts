/** Why a checkpoint, tile or proof cannot be given. The names are mapped to problem codes in http/. */

/** No checkpoint was signed yet. */
export class NoCheckpoint extends Error {
  override readonly name = 'NoCheckpoint';
}

/** The log has events without a leaf hash, so there is no tree. */
export class NoTree extends Error {
  override readonly name = 'NoTree';
}

/** The tree is being built; it will reach the end of the log. */
export class TreeBehind extends Error {
  override readonly name = 'TreeBehind';
}

/** The log has fewer events than the size that was asked for. */
export class SizeBeyondLog extends Error {
  override readonly name = 'SizeBeyondLog';
}

/** The event is in the log, but after the first `size` events, for which a proof was asked. */
export class EventBeyondSize extends Error {
  override readonly name = 'EventBeyondSize';
}

/** The tree has no such tile. */
export class NoTile extends Error {
  override readonly name = 'NoTile';
}
