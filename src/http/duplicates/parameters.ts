import { KnowledgeParameters } from '../../read-models/scope.js';
import { IsOptional, Matches } from '../../schema/decorators.js';
import { DESCRIPTIONS } from '../parameters.js';

export class DuplicatesQuery extends KnowledgeParameters {
  @IsOptional()
  @Matches(/^[0-9a-f]{16}$/, 'the next of a page: 16 hexadecimal digits', { description: DESCRIPTIONS.after })
  after?: string;
}
