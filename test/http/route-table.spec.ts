import { RouteTable } from '../../src/http/route-table.js';

it('returns the methods of a path', () => {
  const routes = new RouteTable();
  routes.add('/v1/cases', ['GET', 'HEAD']);
  routes.add('/v1/cases', 'POST');
  routes.add('/v1/cases/:id', 'GET');
  routes.add('/v1/a.b/*', 'GET');
  expect(routes.methodsAt('/v1/cases')).toEqual(['GET', 'HEAD', 'POST']);
  expect(routes.methodsAt('/v1/cases/x')).toEqual(['GET']);
  expect(routes.methodsAt('/v1/cases/x/y')).toEqual([]);
  expect(routes.methodsAt('/v1/a.b/c/d')).toEqual(['GET']);
  expect(routes.methodsAt('/v1/aXb/c')).toEqual([]);
});
