/** The registered routes, to tell a wrong method (405) from an unknown path (404). */
export class RouteTable {
  private readonly routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];

  /** `url` is a pattern of Fastify: `/v1/cases/:id`. */
  add(url: string, method: string | readonly string[]): void {
    const segments = url.split('/').map((s) => (s.startsWith(':') ? '[^/]+' : s === '*' ? '.*' : escapeRegExp(s)));
    this.routes.push({ pattern: new RegExp(`^${segments.join('/')}$`), methods: [method].flat() });
  }

  /** The methods allowed at a path, sorted; empty if the path is unknown. */
  methodsAt(path: string): readonly string[] {
    const methods = this.routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods);
    return [...new Set(methods)].sort();
  }
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
