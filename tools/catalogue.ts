/**
 * The catalogue of event types, docs/events.md, made from the code: what each means from its description, its fields
 * from the types as the compiler sees them. A new type stands in it as soon as it has a key in its `events.ts`.
 */
import ts from 'typescript';
import { caseEvents } from '../src/domain/case/events.js';
import type { EventDescription } from '../src/domain/event.js';
import { descriptionOf, type StreamKind } from '../src/domain/events.js';
import { instrumentEvents } from '../src/domain/instrument/events.js';
import { listEvents } from '../src/domain/list/events.js';
import { referenceEvents } from '../src/domain/reference/events.js';

const kinds: Record<StreamKind, object> = {
  case: caseEvents,
  list: listEvents,
  instrument: instrumentEvents,
  reference: referenceEvents,
};

const INTRODUCTION = `# Events

Made from the code by \`npm run docs\`; a test compares. Every event is an event that somebody reported, and carries, beside the fields
of its type, those of [every event](#every-event). Fields marked \`?\` may be unknown. *Dated* events need \`occurredOn\`;
the others are about the dossier or define something, and their time is when they were recorded. *Personal* fields are stored
apart from the rest of the event; \`sources\` and \`note\` always are.
`;

/** The whole page. `root` is the folder of tsconfig.json. */
export const catalogue = (root: string): string => {
  const reader = new TypeReader(root);
  const sections = Object.entries(kinds).map(([kind, events]) =>
    [
      `## Events of ${kind === 'instrument' ? 'an' : 'a'} ${kind}`,
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

/** Reads fields from the types of src/domain. */
class TypeReader {
  private readonly checker: ts.TypeChecker;
  private readonly events: ReadonlyMap<string, ts.Type>;
  private readonly said: ts.Type;
  private readonly seen = new Map<string, ts.Type>();

  constructor(root: string) {
    const { config } = ts.readConfigFile(`${root}/tsconfig.json`, (path) => ts.sys.readFile(path)) as {
      config: { compilerOptions: object };
    };
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
    const program = ts.createProgram([`${root}/src/domain/events.ts`], { ...options, types: [], incremental: false });
    this.checker = program.getTypeChecker();
    const any = this.exported(program, `${root}/src/domain/events.ts`, 'AnyEvent');
    this.said = this.exported(program, `${root}/src/domain/event.ts`, 'Said');
    const members = any.isUnion() ? any.types : [any];
    this.events = new Map(members.map((member) => [this.typeOf(member), member]));
  }

  fieldsOf(type: string): readonly Field[] {
    const event = this.events.get(type);
    if (event === undefined) throw new Error(`no such type: ${type}`);
    const common = new Set(['type', ...this.said.getProperties().map(({ name }) => name)]);
    return this.fields(event.getProperties().filter(({ name }) => !common.has(name)));
  }

  everyEvent(): readonly Field[] {
    return this.fields(this.said.getProperties());
  }

  /** The shapes that the fields read so far name, and those that these name. */
  shapes(): readonly { readonly name: string; readonly doc: string; readonly fields: readonly Field[] }[] {
    const shapes: { name: string; doc: string; fields: readonly Field[] }[] = [];
    for (const [name, type] of this.seen) {
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

  /** Sorted, since the compiler gives alternatives in no order: `string`, `detention` or `house-arrest`, list of Article … */
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
    if (type.isClassOrInterface()) {
      this.seen.set(type.symbol.name, type);
      return `[${type.symbol.name}](#${type.symbol.name.toLowerCase()})`;
    }
    return this.saysEdtf(property) ? 'EDTF date' : this.checker.typeToString(type);
  }

  /** `Edtf` is a string to the compiler; only the declaration still says it. */
  private saysEdtf(property: ts.Symbol): boolean {
    return (property.declarations ?? []).some((d) => ts.isPropertySignature(d) && d.type?.getText() === 'Edtf');
  }
}

const flat = (parts: readonly ts.SymbolDisplayPart[]): string =>
  parts
    .map(({ text }) => text.replaceAll(/\s+/g, ' '))
    .join('')
    .replaceAll('|', '\\|');
