/** @type {import('vite').UserConfig} */
export default {
  base: '/demo/',
  // The page's content security policy lets nothing be inlined.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } },
};
