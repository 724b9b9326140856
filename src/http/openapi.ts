/** The OpenAPI document and its page. Schemas are made from the classes that bodies are read with. */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { allEvents, type SubjectKind } from '../domain/events.js';
import { examples } from '../schema/examples.js';
import { fieldsOf, type Constructor, type JsonSchema } from '../schema/field.js';
import { LIMITS } from '../schema/limits.js';
import { FIRST_EVENT_TYPE, eventClasses } from '../schema/read-event.js';
import { ref, schemaOf } from './operation.js';
import { RequestOptions, RowOptions, RequestOptionsWithId, CaseName } from './parameters.js';
import { views } from './views.js';

export const DOCUMENT_PATH = 'v1/openapi.json';
export const PAGE_PATH = 'v1/docs';

/** Makes the document of the application's routes and serves it, with a page to read it on. */
export const serveOpenApi = (app: INestApplication): void =>
  SwaggerModule.setup(PAGE_PATH, app, () => documentOf(app), { jsonDocumentUrl: DOCUMENT_PATH, raw: ['json'] });

const documentOf = (app: INestApplication): OpenAPIObject => {
  const about = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Habeas')
    .setDescription('The register of political prisoners that can prove its own history.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'Only where the register has a token.' })
    .addSecurityRequirements({ bearer: [] })
    .build();
  const document = SwaggerModule.createDocument(app, about);
  return { ...document, components: { ...document.components, schemas: schemas() } };
};

const kinds = Object.keys(eventClasses) as readonly SubjectKind[];
const classesOf = (kind: SubjectKind): readonly (readonly [string, Constructor])[] =>
  Object.entries(eventClasses[kind]);

/** Every schema that routes refer to. */
const schemas = (): Readonly<Record<string, JsonSchema>> => ({
  ...Object.fromEntries(parts().map((type) => [type.name, schemaOf(type)])),
  ...Object.fromEntries(kinds.flatMap((kind) => classesOf(kind).map(([type, c]) => [c.name, eventSchema(type, c)]))),
  ReferenceClaimed: {
    type: 'object',
    description: 'Written by the register itself: a reference was claimed for a case.',
    required: ['type', 'list', 'reference', 'caseId', 'sources', 'reliability'],
    properties: { type: { const: 'reference-claimed' } },
  },
  CaseEvent: choice(classesOf('case').filter(([type]) => type !== FIRST_EVENT_TYPE.case)),
  ListEvent: choice(classesOf('list')),
  InstrumentEvent: choice(classesOf('instrument')),
  Event: choice([...kinds.flatMap(classesOf), ['reference-claimed', { name: 'ReferenceClaimed' }]]),
  OpenCase: beginning('case', RequestOptions),
  Rows: { type: 'array', minItems: 1, maxItems: LIMITS.rows, items: ref('Row') },
  Row: choice(classesOf('case').map(([type, { name }]) => [type, { name: `${name}Row` }])),
  ...Object.fromEntries(classesOf('case').map(([type, c]) => [`${c.name}Row`, rowSchema(type, c)])),
  CaseName: schemaOf(CaseName),
  DefineList: beginning('list', RequestOptionsWithId),
  RegisterInstrument: beginning('instrument', RequestOptionsWithId),
  ...views,
});

/** An event as it is reported and as it is shown; `acknowledge` goes in and does not come out. */
const eventSchema = (type: string, from: Constructor): JsonSchema => {
  const schema = schemaOf(from, { type: { const: type } });
  const { acknowledge } = schemaOf(RequestOptions)['properties'] as Readonly<Record<string, JsonSchema>>;
  return {
    ...schema,
    description: allEvents[type as keyof typeof allEvents].means,
    properties: { ...(schema['properties'] as object), acknowledge: { ...acknowledge, writeOnly: true } },
    examples: [(examples as Readonly<Record<string, unknown>>)[type]],
  };
};

/** The same as a row among many, with the case that it is about. */
const rowSchema = (type: string, from: Constructor): JsonSchema => {
  const { examples: _, ...event } = eventSchema(type, from);
  const { case: named, ifMatch } = schemaOf(RowOptions)['properties'] as Readonly<Record<string, JsonSchema>>;
  const opens = type === FIRST_EVENT_TYPE.case;
  return {
    ...event,
    required: [...(opens ? [] : ['case']), ...(event['required'] as string[])],
    properties: { ...(opens ? {} : { case: named }), ...(event['properties'] as object), ifMatch },
  };
};

/** What begins a subject: its type may be left out, and its id stands in the body where people choose it. */
const beginning = (kind: SubjectKind, beside: Constructor<RequestOptions>): JsonSchema => {
  const [, type] = classesOf(kind).find(([name]) => name === FIRST_EVENT_TYPE[kind]) as readonly [string, Constructor];
  const own = schemaOf(type);
  const more = schemaOf(beside);
  const { type: _, ...example } = examples[FIRST_EVENT_TYPE[kind]];
  return {
    ...own,
    description: allEvents[FIRST_EVENT_TYPE[kind]].means,
    required: [...(more['required'] as string[]), ...(own['required'] as string[])],
    properties: {
      type: { const: FIRST_EVENT_TYPE[kind] },
      ...(more['properties'] as object),
      ...(own['properties'] as object),
    },
    examples: [beside === RequestOptions ? example : { id: 'example', ...example }],
  };
};

const choice = (classes: readonly (readonly [string, { readonly name: string }])[]): JsonSchema => ({
  type: 'object',
  required: ['type'],
  oneOf: classes.map(([, { name }]) => ref(name)),
  discriminator: {
    propertyName: 'type',
    mapping: Object.fromEntries(classes.map(([type, { name }]) => [type, ref(name).$ref])),
  },
});

/** The classes of the objects that events are made of. */
const parts = (): readonly Constructor[] => {
  const found = new Set<Constructor>();
  const visit = (type: Constructor): void => {
    for (const { valueType } of fieldsOf(type)) {
      if (valueType.nestedClass === undefined || found.has(valueType.nestedClass)) continue;
      found.add(valueType.nestedClass);
      visit(valueType.nestedClass);
    }
  };
  for (const kind of kinds) for (const [, type] of classesOf(kind)) visit(type);
  return [...found];
};
