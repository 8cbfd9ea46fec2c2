/** @type {import('vite').UserConfig} */
export default {
  base: '/console/',
  // The page's content security policy lets nothing be inlined.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } },
};
