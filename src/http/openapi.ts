/** The OpenAPI document and its page. Schemas of bodies come from the classes that validate them. */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { allEvents, type SubjectKind } from '../domain/events.js';
import { examples } from '../schema/examples.js';
import { fieldsOf, type Constructor, type JsonSchema } from '../schema/field.js';
import { LIMITS } from '../schema/limits.js';
import { eventClasses, FIRST_EVENT_TYPE } from '../schema/read-event.js';
import { ref, schemaOf } from './operation.js';
import { caseViews } from './cases/views.js';
import { CaseName, RequestOptions, RequestOptionsWithId, RowOptions } from './commands/parameters.js';
import { commandViews } from './commands/views.js';
import { countViews } from './counts/views.js';
import { instrumentViews } from './instruments/views.js';
import { listViews } from './lists/views.js';
import { logViews } from './log/views.js';
import { problemViews } from './problem-views.js';

export const DOCUMENT_PATH = 'v1/openapi.json';
export const PAGE_PATH = 'v1/docs';

/** Serves the document of the application's routes, and a page that shows it. */
export const serveOpenApi = (app: INestApplication): void =>
  SwaggerModule.setup(PAGE_PATH, app, () => createDocument(app), { jsonDocumentUrl: DOCUMENT_PATH, raw: ['json'] });

const createDocument = (app: INestApplication): OpenAPIObject => {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Habeas')
    .setDescription('The register of political prisoners that can prove its own history.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'Only where the register has a token.' })
    .addSecurityRequirements({ bearer: [] })
    .build();
  const document = SwaggerModule.createDocument(app, config);
  return { ...document, components: { ...document.components, schemas: createSchemas() } };
};

const kinds = Object.keys(eventClasses) as readonly SubjectKind[];
const classesOf = (kind: SubjectKind): readonly (readonly [string, Constructor])[] =>
  Object.entries(eventClasses[kind]);

/** Every schema that a route refers to, by name. */
const createSchemas = (): Readonly<Record<string, JsonSchema>> => ({
  ...Object.fromEntries(partClasses().map((type) => [type.name, schemaOf(type)])),
  ...Object.fromEntries(kinds.flatMap((kind) => classesOf(kind).map(([type, c]) => [c.name, eventSchema(type, c)]))),
  ReferenceClaimed: {
    type: 'object',
    description: 'Written by the register itself: a reference was claimed for a case.',
    required: ['type', 'list', 'reference', 'caseId', 'sources', 'reliability'],
    properties: { type: { const: 'reference-claimed' } },
  },
  CaseEvent: unionSchema(classesOf('case').filter(([type]) => type !== FIRST_EVENT_TYPE.case)),
  ListEvent: unionSchema(classesOf('list')),
  InstrumentEvent: unionSchema(classesOf('instrument')),
  Event: unionSchema([...kinds.flatMap(classesOf), ['reference-claimed', { name: 'ReferenceClaimed' }]]),
  OpenCase: beginningSchema('case', RequestOptions),
  Rows: { type: 'array', minItems: 1, maxItems: LIMITS.rows, items: ref('Row') },
  Row: unionSchema(classesOf('case').map(([type, { name }]) => [type, { name: `${name}Row` }])),
  ...Object.fromEntries(classesOf('case').map(([type, c]) => [`${c.name}Row`, rowSchema(type, c)])),
  CaseName: schemaOf(CaseName),
  DefineList: beginningSchema('list', RequestOptionsWithId),
  RegisterInstrument: beginningSchema('instrument', RequestOptionsWithId),
  ...problemViews,
  ...commandViews,
  ...caseViews,
  ...logViews,
  ...countViews,
  ...listViews,
  ...instrumentViews,
});

/** Event data, in requests and in responses; `acknowledge` is in requests only. */
const eventSchema = (type: string, eventClass: Constructor): JsonSchema => {
  const schema = schemaOf(eventClass, { type: { const: type } });
  const { acknowledge } = schemaOf(RequestOptions)['properties'] as Readonly<Record<string, JsonSchema>>;
  return {
    ...schema,
    description: allEvents[type as keyof typeof allEvents].means,
    properties: { ...(schema['properties'] as object), acknowledge: { ...acknowledge, writeOnly: true } },
    examples: [(examples as Readonly<Record<string, unknown>>)[type]],
  };
};

/** A row of a batch: event data, with the case that it is about. */
const rowSchema = (type: string, eventClass: Constructor): JsonSchema => {
  const { examples: _, ...event } = eventSchema(type, eventClass);
  const { case: caseName, ifMatch } = schemaOf(RowOptions)['properties'] as Readonly<Record<string, JsonSchema>>;
  const opens = type === FIRST_EVENT_TYPE.case;
  return {
    ...event,
    required: [...(opens ? [] : ['case']), ...(event['required'] as string[])],
    properties: { ...(opens ? {} : { case: caseName }), ...(event['properties'] as object), ifMatch },
  };
};

/** The body that begins a subject: `type` is optional, and lists and instruments have an `id`. */
const beginningSchema = (kind: SubjectKind, optionsClass: Constructor<RequestOptions>): JsonSchema => {
  const [, type] = classesOf(kind).find(([name]) => name === FIRST_EVENT_TYPE[kind]) as readonly [string, Constructor];
  const event = schemaOf(type);
  const options = schemaOf(optionsClass);
  const { type: _, ...example } = examples[FIRST_EVENT_TYPE[kind]];
  return {
    ...event,
    description: allEvents[FIRST_EVENT_TYPE[kind]].means,
    required: [...(options['required'] as string[]), ...(event['required'] as string[])],
    properties: {
      type: { const: FIRST_EVENT_TYPE[kind] },
      ...(options['properties'] as object),
      ...(event['properties'] as object),
    },
    examples: [optionsClass === RequestOptions ? example : { id: 'example', ...example }],
  };
};

const unionSchema = (classes: readonly (readonly [string, { readonly name: string }])[]): JsonSchema => ({
  type: 'object',
  required: ['type'],
  oneOf: classes.map(([, { name }]) => ref(name)),
  discriminator: {
    propertyName: 'type',
    mapping: Object.fromEntries(classes.map(([type, { name }]) => [type, ref(name).$ref])),
  },
});

/** The classes of the objects that fields of events hold, such as sources. */
const partClasses = (): readonly Constructor[] => {
  const classes = new Set<Constructor>();
  const visit = (type: Constructor): void => {
    for (const { valueType } of fieldsOf(type)) {
      if (valueType.nestedClass === undefined || classes.has(valueType.nestedClass)) continue;
      classes.add(valueType.nestedClass);
      visit(valueType.nestedClass);
    }
  };
  for (const kind of kinds) for (const [, type] of classesOf(kind)) visit(type);
  return [...classes];
};
