/** The OpenAPI document and its page. Schemas of bodies come from the classes that validate them. */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { eventDescriptions, type SubjectKind } from '../domain/events.js';
import { applicationRequestExample, eventExamples } from '../schema/examples.js';
import { InstrumentApplication } from '../schema/applications.js';
import type { Constructor, JsonSchema } from '../schema/field.js';
import { LIMITS } from '../schema/limits.js';
import { eventClasses, FIRST_EVENT_TYPE } from '../schema/read-event.js';
import { declareApiProperties, ref } from './api-properties.js';
import {
  RequestOptions,
  RequestOptionsWithId,
  RequestOptionsWithOptionalId,
  RowOptions,
} from './commands/parameters.js';

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
  declareApiProperties();
  const document = SwaggerModule.createDocument(app, config, {
    autoTagControllers: false,
    extraModels: [...subjectKinds.flatMap(eventClassesOf).map(([, type]) => type), ...OPTION_CLASSES],
  });
  return { ...document, components: { ...document.components, schemas: createSchemas(document.components?.schemas) } };
};

const subjectKinds = Object.keys(eventClasses) as readonly SubjectKind[];
const eventClassesOf = (kind: SubjectKind): readonly (readonly [string, Constructor])[] =>
  Object.entries(eventClasses[kind]);

/** Classes whose fields stand in bodies beside those of the event; their own schemas are not part of the document. */
const OPTION_CLASSES = [RequestOptions, RequestOptionsWithId, RequestOptionsWithOptionalId, RowOptions] as const;

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
/** Looks up the schema of a class. */
type SchemaLookup = (type: Constructor) => ObjectSchema;
interface ObjectSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** Every schema that a route refers to, by name: those of classes, and those that are composed of them. */
const createSchemas = (ofClasses: object = {}): Schemas => {
  const strict = Object.fromEntries(
    Object.entries(ofClasses as Readonly<Record<string, ObjectSchema>>).map(([name, schema]) => [
      name,
      { ...schema, additionalProperties: false },
    ]),
  );
  const schemaOf: SchemaLookup = ({ name }) => strict[name] as ObjectSchema;
  const hidden = new Set<string>(OPTION_CLASSES.map(({ name }) => name));
  return {
    ...Object.fromEntries(Object.entries(strict).filter(([name]) => !hidden.has(name))),
    ...Object.fromEntries(
      subjectKinds.flatMap((kind) => eventClassesOf(kind).map(([type, c]) => [c.name, eventSchema(type, c, schemaOf)])),
    ),
    ...Object.fromEntries(
      INTERNAL_EVENT_SCHEMAS.map(([type, name, required]) => [name, internalEventSchema(type, required)]),
    ),
    CaseEvent: unionSchema(eventClassesOf('case').filter(([type]) => type !== FIRST_EVENT_TYPE.case)),
    ListEvent: unionSchema(eventClassesOf('list')),
    InstrumentEvent: unionSchema(eventClassesOf('instrument')),
    ClaimEvent: unionSchema(eventClassesOf('claim')),
    Event: unionSchema([
      // A map, so that each type comes once: corrections and retractions are in every kind of stream.
      ...new Map(subjectKinds.flatMap(eventClassesOf)),
      ...INTERNAL_EVENT_SCHEMAS.map(([type, name]) => [type, { name }] as const),
    ]),
    ErasedEvent: ERASED_EVENT_SCHEMA,
    EventData: { anyOf: [ref('Event'), ref('ErasedEvent')] },
    OpenCase: newSubjectSchema('case', RequestOptions, schemaOf),
    Rows: { type: 'array', minItems: 1, maxItems: LIMITS.rows, items: ref('Row') },
    Row: unionSchema(eventClassesOf('case').map(([type, { name }]) => [type, { name: `${name}Row` }])),
    ...Object.fromEntries(eventClassesOf('case').map(([type, c]) => [`${c.name}Row`, rowSchema(type, c, schemaOf)])),
    DefineList: newSubjectSchema('list', RequestOptionsWithId, schemaOf),
    RegisterInstrument: newSubjectSchema('instrument', RequestOptionsWithId, schemaOf),
    MakeClaim: newSubjectSchema('claim', RequestOptionsWithOptionalId, schemaOf),
    [InstrumentApplication.name]: { ...schemaOf(InstrumentApplication), examples: [applicationRequestExample] },
  } as Schemas;
};

/** Event types that the service records itself and no request may contain: the type, the name of its schema, its required fields. */
const INTERNAL_EVENT_SCHEMAS: readonly (readonly [
  keyof typeof eventDescriptions,
  name: string,
  fields: readonly string[],
])[] = [
  ['reference-claimed', 'ReferenceClaimed', ['list', 'reference', 'caseId']],
  ['application-started', 'ApplicationStarted', ['application', 'list', 'persons', 'effect', 'amnestiedOn']],
  ['application-finished', 'ApplicationFinished', ['application', 'reached', 'refused']],
  [
    'edition-published',
    'EditionPublished',
    ['edition', 'asOf', 'knownAt', 'listRevision', 'policy', 'total', 'uncertain', 'groups', 'hash', 'lines', 'salts'],
  ],
  ['log-adopted', 'LogAdopted', ['events', 'root']],
  ['log-accepted', 'LogAccepted', ['difference', 'events']],
];

/** The schema of an event whose personal part was erased. */
const ERASED_EVENT_SCHEMA = {
  type: 'object',
  description:
    'An event whose personal fields were erased: it has no sources, and its other personal fields are absent or empty.',
  required: ['type', 'sources', 'reliability'],
  properties: { type: { type: 'string' }, sources: { type: 'array', maxItems: 0, items: ref('Source') } },
};

const internalEventSchema = (type: keyof typeof eventDescriptions, fields: readonly string[]) => ({
  type: 'object',
  description: `Written by the register itself: ${eventDescriptions[type].means}`,
  required: ['type', ...fields, 'sources', 'reliability'],
  properties: { type: { const: type } },
});

/** Event data, in requests and in responses; `acknowledge` is in requests only. */
const eventSchema = (type: string, eventClass: Constructor, schemaOf: SchemaLookup) => {
  const schema = schemaOf(eventClass);
  const { acknowledge } = schemaOf(RequestOptions).properties;
  return {
    ...schema,
    description: eventDescriptions[type as keyof typeof eventDescriptions].means,
    required: ['type', ...(schema.required ?? [])],
    properties: { type: { const: type }, ...schema.properties, acknowledge: { ...acknowledge, writeOnly: true } },
    examples: [(eventExamples as Readonly<Record<string, unknown>>)[type]],
  };
};

/** A row of a batch: event data, with the case that it is about. */
const rowSchema = (type: string, eventClass: Constructor, schemaOf: SchemaLookup) => {
  const { examples: _, ...event } = eventSchema(type, eventClass, schemaOf);
  const { case: caseName, ifMatch } = schemaOf(RowOptions).properties;
  const opens = type === FIRST_EVENT_TYPE.case;
  return {
    ...event,
    required: [...(opens ? [] : ['case']), ...event.required],
    properties: { ...(opens ? {} : { case: caseName }), ...event.properties, ifMatch },
  };
};

/** The schema of the body that creates a subject (case, list, …): `type` is optional; lists and instruments have an `id`, and claims may have one. */
const newSubjectSchema = (kind: SubjectKind, optionsClass: Constructor<RequestOptions>, schemaOf: SchemaLookup) => {
  const [, type] = eventClassesOf(kind).find(([name]) => name === FIRST_EVENT_TYPE[kind]) as readonly [
    string,
    Constructor,
  ];
  const event = schemaOf(type);
  const options = schemaOf(optionsClass);
  const { type: _, ...example } = eventExamples[FIRST_EVENT_TYPE[kind]];
  return {
    ...event,
    description: eventDescriptions[FIRST_EVENT_TYPE[kind]].means,
    required: [...(options.required ?? []), ...(event.required ?? [])],
    properties: {
      type: { const: FIRST_EVENT_TYPE[kind] },
      ...options.properties,
      ...event.properties,
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
