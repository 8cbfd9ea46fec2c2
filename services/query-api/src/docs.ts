import path from 'node:path';
import express, { Router } from 'express';

const SWAGGER_UI = path.dirname(require.resolve('swagger-ui-dist/package.json'));

/** What the page asks for. The package has more: other builds, source maps, a page that redirects tokens. */
const PAGE_FILES = new Set([
  '/',
  '/index.html',
  '/index.css',
  '/swagger-ui.css',
  '/swagger-ui-bundle.js',
  '/swagger-ui-standalone-preset.js',
  '/favicon-16x16.png',
  '/favicon-32x32.png',
]);

/** What swagger-ui's own page runs; in a file of its own, because the content security policy allows no inline script. */
const INITIALIZER = `window.onload = () => {
  window.ui = SwaggerUIBundle({
    url: '../openapi.json',
    dom_id: '#swagger-ui',
    deepLinking: true,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    layout: 'StandaloneLayout',
    validatorUrl: null,
  });
};
`;

/**
 * `/openapi.json`, and `/docs`, which shows it from files that come with the package: nothing is loaded from elsewhere.
 * The document is made on first use.
 */
export function docsRouter(document: () => object): Router {
  const router = Router();
  let json: string | undefined;
  router.get('/openapi.json', (_request, response) => {
    json ??= JSON.stringify(document());
    response.type('application/json').send(json);
  });
  router.get('/docs', (request, response, next) => {
    // Relative links of the page need the slash.
    if (request.originalUrl.split('?')[0]?.endsWith('/')) next();
    else response.redirect(`${request.baseUrl}/docs/`);
  });
  router.get('/docs/swagger-initializer.js', (_request, response) => {
    response.type('text/javascript').send(INITIALIZER);
  });
  const files = express.static(SWAGGER_UI, { index: 'index.html' });
  router.use('/docs', (request, response, next) =>
    PAGE_FILES.has(request.path) ? files(request, response, next) : next(),
  );
  return router;
}
