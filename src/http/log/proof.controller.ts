import { Controller, Get, Inject, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiParam } from '@nestjs/swagger';
import { createHash } from 'node:crypto';
import { EventPosition, type EventPositionView } from '../../read-models/history/event-place.query.js';
import { Scope, type Viewer } from '../../read-models/scope.js';
import { HttpResponse, problemResponse } from '../http-response.js';
import { BYTES_TYPE, TEXT_TYPE } from '../media-types.js';
import { Operation, queryResponses } from '../operation.js';
import { CurrentViewer, RestOfPath } from '../request.decorators.js';
import { ConsistencyQueryParameters, InclusionQueryParameters } from './parameters.js';
import { ConsistencyProofView, InclusionProofView } from './proof.view.js';
import { parseTilePath, TILE_PATH_DESCRIPTION } from './tile-path.js';

/**
 * What the routes need of the proofs of the log. The composition root provides an implementation, that in proof/; the errors that it throws
 * are told apart by their names (faults.ts).
 */
export interface LogProofs {
  /** The last checkpoint as a signed note. */
  checkpoint(): string;
  tile(level: number, number: number, width: number): Promise<Buffer>;
  /** Without `size`, the proof is for the size of the last checkpoint. */
  inclusion(place: EventPositionView, size?: number): Promise<object>;
  consistency(from: number, to?: number): Promise<object>;
}
export const LOG_PROOFS = Symbol('LogProofs');

/** Tiles never change. They require the register's token, so shared caches must not store them. */
const CACHE_FOREVER = { 'cache-control': 'private, max-age=31536000, immutable' } as const;
/** Caches must revalidate a checkpoint; the answer is 304 as long as there is no later one. */
const REVALIDATE = { 'cache-control': 'private, no-cache' } as const;

/** Checkpoints, tiles and proofs, with which outsiders verify the log: docs/proof.md. */
@Controller('v1/log')
export class ProofController {
  constructor(
    private readonly queries: QueryBus,
    @Inject(LOG_PROOFS) private readonly proofs: LogProofs,
  ) {}

  @Get('checkpoint')
  @Operation({
    summary: 'The last checkpoint: size and root of the log, as a signed note (C2SP tlog-checkpoint).',
    tag: 'proof',
    response: queryResponses.text('A signed note.'),
  })
  checkpoint(): HttpResponse {
    const note = this.proofs.checkpoint();
    const etag = `"${createHash('sha256').update(note).digest('hex').slice(0, 32)}"`;
    return new HttpResponse(200, { ...REVALIDATE, etag, 'content-type': TEXT_TYPE }, note);
  }

  @Get('tile/*')
  @ApiParam({ name: 'path', description: TILE_PATH_DESCRIPTION })
  @Operation({
    summary: 'A tile of the tree: up to 256 hashes of 32 bytes (C2SP tlog-tiles).',
    tag: 'proof',
    response: queryResponses.bytes('32 bytes for each hash.'),
  })
  async tile(@RestOfPath() path: string): Promise<HttpResponse> {
    const tile = parseTilePath(path);
    if (tile === null) return problemResponse('PROOF.NO_TILE');
    const hashes = await this.proofs.tile(tile.level, tile.number, tile.width);
    return new HttpResponse(200, { ...CACHE_FOREVER, 'content-type': BYTES_TYPE }, hashes);
  }

  @Get('proof/inclusion')
  @Operation({
    summary: 'Proof that an event is in the log, without its personal data.',
    tag: 'proof',
    response: queryResponses.json(InclusionProofView),
  })
  async inclusion(
    @Query() { event, size, ...scope }: InclusionQueryParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<object> {
    const place = await this.queries.execute(new EventPosition(new Scope(viewer, scope), event));
    return place === null ? problemResponse('EVENT.UNKNOWN') : this.proofs.inclusion(place, size);
  }

  @Get('proof/consistency')
  @Operation({
    summary: 'Proof that a log of fewer events is the beginning of one with more.',
    tag: 'proof',
    response: queryResponses.json(ConsistencyProofView),
  })
  consistency(@Query() { from, to }: ConsistencyQueryParameters): Promise<object> {
    return this.proofs.consistency(from, to);
  }
}
