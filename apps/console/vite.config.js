/** @type {import('vite').UserConfig} */
export default {
  base: '/console/',
  // The page's content security policy lets nothing be inlined.
  // What is shared with the server is bundled from its source.
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] },
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } },
};
