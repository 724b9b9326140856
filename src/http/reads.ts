/** From a request that reads to a question, and from its answer back. */
import { Injectable } from '@nestjs/common';
import { QueryBus, type Query } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import type { Constructor } from '../schema/field.js';
import { readParameters } from '../schema/read.js';
import { errorsIn, problem, type Answer } from './answer.js';
import { pathOf } from './faults.js';

@Injectable()
export class Reads {
  constructor(private readonly queries: QueryBus) {}

  /**
   * Reads the parameters of a request as a class says, asks, and shows what came: by default as it is, 404 where it is
   * null. A page that goes on names the next one in a Link header (RFC 8288).
   */
  async ask<P extends object, R, A extends Answer | null = Answer>(
    request: FastifyRequest,
    parameters: Constructor<P>,
    toQuestion: (parameters: P) => Query<R>,
    show: (result: NonNullable<R>, parameters: P) => Answer | A = (result) => shown(request, result),
  ): Promise<Answer | A> {
    return this.read(request, parameters, async (asked) => {
      const result = await this.queries.execute(toQuestion(asked));
      return result === null || result === undefined ? problem('SUBJECT.UNKNOWN') : show(result, asked);
    });
  }

  /** Reads the parameters of a request as a class says, and answers, or names what is wrong with them. */
  async read<P extends object, A>(
    request: FastifyRequest,
    parameters: Constructor<P>,
    answer: (parameters: P) => Promise<A>,
  ): Promise<Answer | A> {
    const asked = readParameters(parameters, request.query as Record<string, string | string[]>);
    if ('errors' in asked) return problem('REQUEST.INVALID', { errors: errorsIn('parameter', asked.errors) });
    return answer(asked.value);
  }
}

const shown = (request: FastifyRequest, body: object): Answer => {
  const next = (body as { readonly next?: unknown }).next;
  return typeof next === 'string' || typeof next === 'number'
    ? { status: 200, headers: { link: `<${nextPage(request, String(next))}>; rel="next"` }, body }
    : { status: 200, body };
};

const nextPage = (request: FastifyRequest, mark: string): string => {
  const query = new URLSearchParams(request.url.split('?')[1] ?? '');
  query.set('after', mark);
  return `${pathOf(request)}?${query.toString()}`;
};
