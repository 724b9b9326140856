import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import type { Constructor } from '../schema/field.js';
import { readRequestParameters } from './request.decorators.js';

/**
 * Validates the query string against the class of the `@Query()` parameter and returns a plain object with the fields of the class;
 * answers REQUEST.INVALID if a rule of the class is broken.
 */
export class QueryPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (type !== 'query') return value;
    if (metatype === undefined || metatype === Object)
      throw new Error('The type of a @Query() parameter must be a class');
    return readRequestParameters(metatype as Constructor, value as Record<string, string | string[]>, 'parameter');
  }
}
