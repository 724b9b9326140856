/** The routes that there are, to tell a wrong method from a wrong path. */
export class Routes {
  private readonly routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];

  /** Remembers a route of Fastify: `/v1/cases/:id`. */
  add(url: string, method: string | readonly string[]): void {
    const segments = url.split('/').map((s) => (s.startsWith(':') ? '[^/]+' : s === '*' ? '.*' : escapeText(s)));
    this.routes.push({ pattern: new RegExp(`^${segments.join('/')}$`), methods: [method].flat() });
  }

  /** The methods that a path takes; none where there is nothing at it. */
  methodsAt(path: string): readonly string[] {
    const found = this.routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
    return [...new Set(found)].sort();
  }
}

const escapeText = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
