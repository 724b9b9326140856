import type { DuplicateCandidateView } from '../problem.view.js';
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { DuplicateCandidate } from '../../domain/names/likeness.js';
import { RecordEvents, type RecordEventsResult, type RecordEventsRequest } from '../../commands/record-events.js';
import type { SubjectKind } from '../../domain/events.js';
import { revisionTag } from '../entity-tag.js';
import { HttpResponse, problemResponse } from '../http-response.js';
import type { Recorded } from './recorded.view.js';

@Injectable()
export class CommandService {
  constructor(private readonly commands: CommandBus) {}

  async record(events: RecordEventsRequest): Promise<HttpResponse> {
    return outcomeResponse(await this.commands.execute(new RecordEvents(events)), events);
  }
}

const RESOURCE_PATHS: { readonly [K in SubjectKind]: string } = {
  case: 'cases',
  list: 'lists',
  instrument: 'instruments',
  claim: 'claims',
};

/**
 * The candidate without its name: problem documents have no personal data, and clients that may read the case find the
 * name there.
 */
const withoutName = ({ caseId, references, score, why, isProbable }: DuplicateCandidate): DuplicateCandidateView => ({
  caseId,
  references,
  score,
  why,
  isProbable,
});

/** A repeated request gets the first response again, without `candidates`: the case that it opened would be among them. */
export const outcomeResponse = (
  outcome: RecordEventsResult,
  { isNewSubject }: Pick<RecordEventsRequest, 'isNewSubject'>,
): HttpResponse => {
  switch (outcome.outcome) {
    case 'recorded': {
      const { subject, revision, events, findings, token } = outcome;
      const location = isNewSubject ? { location: `/v1/${RESOURCE_PATHS[subject.kind]}/${subject.id}` } : {};
      const candidates = outcome.candidates && { candidates: outcome.candidates.map(withoutName) };
      const body: Recorded = { subject, revision, events, findings, token, ...candidates };
      return new HttpResponse(201, { etag: revisionTag(revision), ...location }, body);
    }
    case 'refused': {
      const isFinal = outcome.findings.some((finding) => finding.grade === 'refuse');
      const { findings, candidates } = outcome;
      return problemResponse(isFinal ? 'EVENT.REFUSED' : 'EVENT.UNACKNOWLEDGED', {
        findings,
        ...(candidates === undefined ? {} : { candidates: candidates.map(withoutName) }),
      });
    }
    case 'invalid': {
      const errors = outcome.errors.map(({ code, pointer, expected }) => ({ code, pointer, expected }));
      return problemResponse('REQUEST.INVALID', { errors });
    }
    case 'conflict':
      return problemResponse(outcome.preconditionFailed ? 'REVISION.STALE' : 'REVISION.RACED', {
        revision: outcome.revision,
      });
    case 'unknown-subject':
      return problemResponse('SUBJECT.UNKNOWN');
    case 'already-exists':
      return problemResponse('SUBJECT.EXISTS');
    case 'reference-taken': {
      const { list, reference, by } = outcome;
      return problemResponse('REFERENCE.TAKEN', { reference: { list, reference, case: by } });
    }
    case 'key-reused':
      return problemResponse('KEY.REUSED');
    case 'too-many-events':
      return problemResponse('SUBJECT.FULL', { limit: outcome.limit });
  }
};
