/** Parameter decorators for headers, body and path of a request, and for the viewer. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { UNRESTRICTED, type Viewer } from '../read-models/scope.js';
import { fieldsOf, type Constructor } from '../schema/field.js';
import { read, readParameters } from '../schema/read.js';
import { toRequestErrors, ProblemException, problemResponse } from './http-response.js';

const requestOf = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>();

/** Reads query parameters or headers; throws a ProblemException that lists the errors. */
export const readRequestParameters = <T extends object>(
  type: Constructor<T>,
  input: Readonly<Record<string, string | readonly string[]>>,
  place: 'parameter' | 'header',
): T => {
  const result = readParameters(type, input);
  if ('value' in result) return result.value;
  throw new ProblemException(problemResponse('REQUEST.INVALID', { errors: toRequestErrors(place, result.errors) }));
};

/** The headers that `type` has fields for, validated and converted like query parameters. */
export const HeaderParameters = createParamDecorator((type: Constructor, context: ExecutionContext) => {
  const { headers } = requestOf(context);
  const present = fieldsOf(type).flatMap(({ name }) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return readRequestParameters(type, Object.fromEntries(present), 'header');
});

/** The body, validated against the class `type`; throws a ProblemException that lists the errors. */
export const BodyOf = createParamDecorator((type: Constructor, context: ExecutionContext) => {
  const result = read(type, requestOf(context).body);
  if ('value' in result) return result.value;
  throw new ProblemException(problemResponse('REQUEST.INVALID', { errors: result.errors }));
});

/**
 * The part of the path that the `*` of a route matches. `@Param` would list a parameter `*` in the OpenAPI document.
 */
export const RestOfPath = createParamDecorator(
  (_: unknown, context: ExecutionContext): string =>
    (requestOf(context).params as { readonly '*'?: string })['*'] ?? '',
);

/** The viewer that queries run for. Everybody whom the access guard lets through may see everything. */
export const CurrentViewer = createParamDecorator((): Viewer => UNRESTRICTED);
