/** Validates responses against the OpenAPI document that the service serves. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** Untyped JSON: a test that assumes a wrong shape fails anyway. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
export type LooseJson = Record<string, any>;

export class OpenApiContract {
  private readonly ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });

  private readonly validators = new Map<string, ValidateFunction>();

  constructor(readonly document: LooseJson) {
    this.ajv.addSchema({ $id: 'openapi', components: document['components'] });
  }

  /** Throws if the response does not match the document. */
  check(method: string, path: string, status: number, contentType: string, text: string): void {
    const operation = this.findOperation(method, path);
    if (operation === null || text === '') return;
    const mediaType = contentType.split(';')[0] as string;
    const schema = operation['responses'][String(status)]?.content?.[mediaType]?.schema as LooseJson | undefined;
    const where = `${method} ${path} ${status} ${mediaType}`;
    if (schema === undefined) throw new Error(`${where}: not in the document`);
    if (!/(json|event-stream)$/.test(mediaType)) return;
    const validate = this.validator(
      mediaType === 'text/event-stream' ? (schema['contentSchema'] as LooseJson) : schema,
    );
    const values = jsonTexts(mediaType, text);
    for (const value of values) {
      if (!validate(JSON.parse(value)))
        throw new Error(`${where}: ${this.ajv.errorsText(validate.errors)} in ${value}`);
    }
  }

  private validator(schema: LooseJson): ValidateFunction {
    const text = JSON.stringify(schema).replaceAll('"#/', '"openapi#/');
    const validator = this.validators.get(text) ?? this.ajv.compile(JSON.parse(text) as LooseJson);
    this.validators.set(text, validator);
    return validator;
  }

  private findOperation(method: string, path: string): LooseJson | null {
    const bare = path.split('?')[0] as string;
    for (const [pattern, operations] of Object.entries(this.document['paths'] as Record<string, LooseJson>)) {
      const regexp = new RegExp(`^${pattern.replace(/\{[^}]+\}/g, '[^/]+')}$`);
      if (regexp.test(bare)) return (operations[method.toLowerCase()] as LooseJson | undefined) ?? null;
    }
    return null;
  }
}

const jsonTexts = (mediaType: string, text: string): readonly string[] => {
  if (mediaType === 'application/x-ndjson') return text.split('\n').filter((line) => line !== '');
  if (mediaType === 'text/event-stream') return [...text.matchAll(/^data: (.*)$/gm)].map((match) => match[1] as string);
  return [text];
};
