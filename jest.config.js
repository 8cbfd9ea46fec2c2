const path = require('node:path');

/** Shared by every project: swc for speed, packages resolved to their TypeScript source. */
const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.(t|j|cj)sx?$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'commonjs' } },
    ],
  },
  setupFilesAfterEnv: [path.join(__dirname, 'libs/testing/jest/patience.js')],
  moduleNameMapper: {
    '^fast-check$': path.join(__dirname, 'libs/testing/jest/fastCheck.js'),
    '^kafkajs$': path.join(__dirname, 'libs/testing/jest/kafkajs.js'),
  },
  transformIgnorePatterns: [
    '/node_modules/(?!(@opentelemetry/otlp-exporter-base|cockatiel|commander|eventsource-parser|pkce-challenge|sql-template-tag)/)',
  ],
  // Kept with the checkout, so that what was transformed once stays so.
  cacheDirectory: path.join(__dirname, '.cache', 'jest'),
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/.data/', '<rootDir>/.cache/'],
};

module.exports = {
  ...(process.env.TEST_LENGTH === 'long' && { filter: path.join(__dirname, 'libs/testing/jest/longForms.js') }),
  testSequencer: path.join(__dirname, 'libs/testing/jest/order.js'),
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/{libs,services,tools,bench}/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.int\\.test\\.ts$'],
    },
    {
      ...common,
      displayName: 'int',
      testEnvironment: path.join(__dirname, 'libs/testing/jest/environment.js'),
      testMatch: ['<rootDir>/{libs,services,tools,bench}/**/*.int.test.ts', '<rootDir>/e2e/**/*.e2e.test.ts'],
      globalSetup: path.join(__dirname, 'libs/testing/jest/globalSetup.js'),
      globalTeardown: path.join(__dirname, 'libs/testing/jest/globalTeardown.js'),
    },
  ],
};
