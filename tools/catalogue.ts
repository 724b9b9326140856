/**
 * Generates docs/events.md: the meaning of each event type from its description, its fields from the types as the compiler sees
 * them. Every key of an `events.ts` is included.
 */
import ts from 'typescript';
import { caseEvents } from '../src/domain/case/events.js';
import { claimEvents } from '../src/domain/claim/events.js';
import type { EventDescription } from '../src/domain/event.js';
import { descriptionOf, type StreamKind } from '../src/domain/events.js';
import { instrumentEvents } from '../src/domain/instrument/events.js';
import { listEvents } from '../src/domain/list/events.js';
import { logEvents } from '../src/domain/log/events.js';
import { referenceEvents } from '../src/domain/reference/events.js';

const kinds: Record<StreamKind, object> = {
  case: caseEvents,
  list: listEvents,
  instrument: instrumentEvents,
  claim: claimEvents,
  reference: referenceEvents,
  log: logEvents,
};

const ARTICLES: Record<StreamKind, string> = {
  case: 'a',
  list: 'a',
  instrument: 'an',
  claim: 'a',
  reference: 'a',
  log: 'the',
};

const INTRODUCTION = `# Events

Generated from the code by \`npm run docs\`; a test compares. Every event is something that was reported to have happened. Besides the
fields of its type, it has those of [every event](#every-event). Fields marked \`?\` may be unknown. *Dated* events need \`occurredOn\`;
the others concern the case file or define something; their time is the time of recording. *Personal* fields are stored
apart from the rest of the event; \`sources\` and \`note\` always are.
`;

/** `root`: the folder of tsconfig.json. */
export const catalogue = (root: string): string => {
  const reader = new TypeReader(root);
  const sections = Object.entries(kinds).map(([kind, events]) =>
    [
      `## Events of ${ARTICLES[kind as StreamKind]} ${kind}`,
      ...Object.keys(events).map((type) => section(type, described(type), reader)),
    ].join('\n\n'),
  );
  const every = `## Every event\n\n${fieldTable(reader.everyEvent(), [])}`;
  const shapes = reader.shapes().map(({ name, doc, fields }) => paragraphs(`### ${name}`, doc, fieldTable(fields, [])));
  return `${paragraphs(INTRODUCTION.trim(), ...sections, every, '## Shapes', ...shapes)}\n`;
};

const described = (type: string): EventDescription<Record<string, unknown>> => {
  const description = descriptionOf(type);
  if (description === undefined) throw new Error(`no such type: ${type}`);
  return description;
};

const section = (
  type: string,
  { means, version, dated, personal }: EventDescription<Record<string, unknown>>,
  reader: TypeReader,
): string =>
  paragraphs(
    `### ${type}`,
    `${means} ${dated ? 'Dated' : 'Not dated'}; version ${version}.`,
    fieldTable(reader.fieldsOf(type), personal),
  );

interface Field {
  readonly name: string;
  readonly optional: boolean;
  readonly value: string;
  readonly doc: string;
}

const fieldTable = (fields: readonly Field[], personal: readonly string[]): string => {
  if (fields.length === 0) return 'No fields of its own.';
  const rows = fields.map(({ name, optional, value, doc }) => {
    const notes = [personal.includes(name) ? '*Personal.*' : '', doc].filter((note) => note !== '').join(' ');
    return `| \`${name}\`${optional ? ' ?' : ''} | ${value} | ${notes} |`;
  });
  return ['| field | value | |', '|---|---|---|', ...rows].join('\n');
};

const paragraphs = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');

/** Reads the fields of event types by the TypeScript compiler. */
class TypeReader {
  private readonly checker: ts.TypeChecker;
  private readonly events: ReadonlyMap<string, ts.Type>;
  private readonly common: ts.Type;
  private readonly namedShapes = new Map<string, ts.Type>();

  constructor(root: string) {
    const { config } = ts.readConfigFile(`${root}/tsconfig.json`, (path) => ts.sys.readFile(path)) as {
      config: { compilerOptions: object };
    };
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
    const program = ts.createProgram([`${root}/src/domain/events.ts`], { ...options, types: [], incremental: false });
    this.checker = program.getTypeChecker();
    const any = this.exported(program, `${root}/src/domain/events.ts`, 'AnyEvent');
    this.common = this.exported(program, `${root}/src/domain/event.ts`, 'CommonFields');
    const members = any.isUnion() ? any.types : [any];
    this.events = new Map(members.map((member) => [this.typeOf(member), member]));
  }

  fieldsOf(type: string): readonly Field[] {
    const event = this.events.get(type);
    if (event === undefined) throw new Error(`no such type: ${type}`);
    const commonNames = new Set(['type', ...this.common.getProperties().map(({ name }) => name)]);
    return this.fields(event.getProperties().filter(({ name }) => !commonNames.has(name)));
  }

  everyEvent(): readonly Field[] {
    return this.fields(this.common.getProperties());
  }

  /** The interfaces that the fields read so far refer to, directly or indirectly (the loop adds to the map it walks). */
  shapes(): readonly { readonly name: string; readonly doc: string; readonly fields: readonly Field[] }[] {
    const shapes: { name: string; doc: string; fields: readonly Field[] }[] = [];
    for (const [name, type] of this.namedShapes) {
      const doc = type.symbol.getDocumentationComment(this.checker);
      shapes.push({ name, doc: flat(doc), fields: this.fields(type.getProperties()) });
    }
    return shapes.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private exported(program: ts.Program, file: string, name: string): ts.Type {
    const source = program.getSourceFile(file);
    const module = source && this.checker.getSymbolAtLocation(source);
    const symbol = module && this.checker.getExportsOfModule(module).find((s) => s.name === name);
    if (symbol === undefined) throw new Error(`${name} is not exported by ${file}`);
    return this.checker.getDeclaredTypeOfSymbol(symbol);
  }

  private typeOf(event: ts.Type): string {
    const property = event.getProperty('type');
    const type = property && this.checker.getTypeOfSymbol(property);
    if (type?.isStringLiteral() !== true) throw new Error('an event without a type');
    return type.value;
  }

  private fields(properties: readonly ts.Symbol[]): readonly Field[] {
    return properties.map((property) => ({
      name: property.name,
      optional: (property.flags & ts.SymbolFlags.Optional) !== 0,
      value: this.value(this.checker.getTypeOfSymbol(property), property),
      doc: flat(property.getDocumentationComment(this.checker)),
    }));
  }

  /** The values of a field as text: `string`, `detention` or `house-arrest`, list of Article … Sorted: the compiler's order varies. */
  private value(type: ts.Type, property: ts.Symbol): string {
    const parts = type.isUnion() ? type.types : [type];
    const present = parts.filter((part) => (part.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) === 0);
    const texts = present.every((part) => (part.flags & ts.TypeFlags.BooleanLiteral) !== 0)
      ? ['yes or no']
      : [...new Set(present.map((part) => this.single(part, property)))].sort();
    if (parts.some((part) => (part.flags & ts.TypeFlags.Null) !== 0)) texts.push('null');
    return texts.join(', ');
  }

  private single(type: ts.Type, property: ts.Symbol): string {
    if (type.isStringLiteral()) return `\`${type.value}\``;
    if (this.checker.isArrayType(type)) {
      const [item] = this.checker.getTypeArguments(type as ts.TypeReference);
      return item === undefined ? 'list' : `list of ${this.value(item, property)}`;
    }
    const byName = type.getStringIndexType();
    if (byName !== undefined)
      return (byName.flags & ts.TypeFlags.Unknown) === 0 ? `${this.value(byName, property)} by name` : 'any fields';
    if (type.isClassOrInterface()) {
      this.namedShapes.set(type.symbol.name, type);
      return `[${type.symbol.name}](#${type.symbol.name.toLowerCase()})`;
    }
    return this.dateFormOf(property) ?? this.checker.typeToString(type);
  }

  /** The aliases of DATE_FORMS are strings to the checker, so only the declaration shows them. */
  private dateFormOf(property: ts.Symbol): string | undefined {
    const alias = (property.declarations ?? []).find(ts.isPropertySignature)?.type?.getText() ?? '';
    return DATE_FORMS.get(alias);
  }
}

/** How docs/events.md calls a field by the alias of its type. */
const DATE_FORMS: ReadonlyMap<string, string> = new Map([
  ['Edtf', 'EDTF date'],
  ['FullDay', 'day'],
]);

const flat = (parts: readonly ts.SymbolDisplayPart[]): string =>
  parts
    .map(({ text }) => text.replaceAll(/\s+/g, ' '))
    .join('')
    .replaceAll('|', '\\|');
