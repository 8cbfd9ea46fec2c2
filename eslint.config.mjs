import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const size = {
  'max-lines': ['error', { max: 220, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  'max-params': 'off',
  '@typescript-eslint/max-params': ['error', { max: 4 }],
  complexity: ['error', 10],
};

/** Services stand beside each other: only the composition root and the operator's tool may import them. */
const services = ['command-api', 'projector', 'query-api', 'realtime', 'worker'].map((name) => `@threadlog/${name}`);
const deep = { group: ['@threadlog/*/*'], message: 'One barrel per package: import from the package root.' };
const restrict = (names, message, extra = []) => ({
  'no-restricted-imports': ['error', { paths: names.map((name) => ({ name, message })), patterns: [deep, ...extra] }],
});

const syntax = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  {
    selector: "MemberExpression[object.name='jest'][property.name='mock']",
    message: 'Inject instead of mocking modules.',
  },
];
/** A connection that breaks ends a process that does not listen to it, so each kind is made in one place that does. */
const connections = {
  selector: 'NewExpression[callee.name=/^(Pool|Client|MongoClient)$/]',
  message: 'Connections are made where their errors are listened to: createDatabase, createMongo, stack.freshPool.',
};
const connectionsMadeIn = [
  'libs/read-models/src/database.ts',
  'libs/read-models/src/mongoClient.ts',
  'tools/stack/src/postgres.ts',
  // A client of HTTP, whose requests say what becomes of them.
  'bench/src/driver/http.ts',
];

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.data/', '.cache/', 'coverage/', 'schemas/', '**/public/'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: ['./tsconfig.test.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...size,
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...syntax, connections],
      ...restrict([...services, 'kafkajs'], 'Services do not import each other; kafkajs stands behind the log port.'),
    },
  },
  {
    files: ['libs/log/src/kafkajs/**/*.ts', 'libs/testing/**/*.ts', 'e2e/**/*.ts', '**/*.int.test.ts'],
    rules: restrict(services, 'Services do not import each other.'),
  },
  { files: ['services/standalone/**/*.ts', 'tools/cli/**/*.ts', 'e2e/**/*.ts'], rules: restrict([], '') },
  {
    files: ['libs/events/src/**/*.ts', '**/domain/**/*.ts'],
    ignores: ['**/*.test.ts', 'libs/events/src/generate/**'],
    rules: restrict([...services, 'kafkajs'], 'Pure code: siblings and zod only.', [
      {
        group: ['node:*', 'pg', 'knex', 'express', 'pino', 'mongodb', 'socket.io'],
        message: 'Pure code: siblings and zod only.',
      },
    ]),
  },
  { files: connectionsMadeIn, rules: { 'no-restricted-syntax': ['error', ...syntax] } },
  {
    files: ['**/*.test.ts', '**/contract/**/*.ts', 'e2e/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', 'max-lines': ['error', 400] },
  },
  { files: ['bench/**/*.ts', 'tools/**/*.ts', 'libs/events/src/generate/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        jest: 'readonly',
        module: 'writable',
        require: 'readonly',
        __dirname: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
      },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
