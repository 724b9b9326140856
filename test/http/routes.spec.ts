import { Routes } from '../../src/http/routes.js';

it('knows which methods a path takes', () => {
  const routes = new Routes();
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
