import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { pureImports } from './tools/lint/pureImports.mjs';

const size = {
  'max-lines': ['error', { max: 220, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  'max-params': 'off',
  '@typescript-eslint/max-params': ['error', { max: 4 }],
  complexity: ['error', 10],
};

/** Services stand beside each other: only the composition root and the operator's tool may import them. */
const services = ['command-api', 'projector', 'query-api', 'realtime', 'worker', 'grpc'].map(
  (name) => `@threadlog/${name}`,
);
const deep = {
  group: ['@threadlog/*/*', '!@threadlog/client/*', '!@threadlog/sealing/receipts'],
  message: 'One barrel per package: import from the package root.',
};
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

/** The clock, chance and the outside world, which pure code is given. */
const outside = {
  'no-restricted-globals': [
    'error',
    'process',
    'performance',
    'fetch',
    'crypto',
    'setTimeout',
    'setInterval',
    'setImmediate',
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Time comes in from outside.' },
    { object: 'Math', property: 'random', message: 'Chance comes in from outside.' },
  ],
};
/** What pure code may import, and nothing else: everything of these comes to the same whenever it is called. */
const contracts = /^(?:thread|message|participant|reaction|user|privacy|tenant|agent|webhook)[A-Z][A-Za-z]*$/;
const onlyImports = (packages, files) => ({ 'local/pure-imports': ['error', { packages, files }] });
const decisions = {
  '@threadlog/events': true,
  '@threadlog/auth': [
    'canSee',
    'hasPermission',
    'may',
    'mayHandleSubject',
    'mayManageAgents',
    'mayManageWebhooks',
    'mayReadLogs',
    'visibleFromIndex',
    'visibleFromSeq',
  ],
  '@threadlog/commands': [contracts],
  '@threadlog/read-models': ['holdsOnMessage', 'holdsOnPerson', 'holdsOnThread', 'newestDealtWith', 'plainTenant'],
  '@threadlog/sealing': ['sealedBytes'],
  zod: [],
};
const pureFiles = (files, rules, ignores = []) => ({
  files,
  ignores: ['**/*.test.ts', '**/*.testing.ts', ...ignores],
  plugins: { local: { rules: { 'pure-imports': pureImports } } },
  rules: { ...outside, ...rules },
});
const pure = [
  pureFiles(['libs/events/src/**/*.ts'], onlyImports({ zod: true }, ['.']), ['libs/events/src/generate/**']),
  pureFiles(
    ['libs/read-models/src/projections/*.ts', 'libs/read-models/src/evolve/*.ts'],
    onlyImports({ '@threadlog/events': true }, ['^[.]/', '^[.][.]/(projections/|tables/(columns|table)$)']),
  ),
  pureFiles(
    ['libs/read-models/src/presenters/*.ts'],
    onlyImports({ '@threadlog/events': true, '@threadlog/auth': ['shownPosition'], '@threadlog/sealing': [] }, [
      '^[.]/',
      '^[.][.]/(projections$|projections/|messages/port$)',
    ]),
    // Caches beside the presenters: they load, and forget.
    ['profiles', 'lastMessages'].map((name) => `libs/read-models/src/presenters/${name}.ts`),
  ),
  pureFiles(['services/command-api/src/commands/*.ts'], onlyImports(decisions, ['^[.]/'])),
  pureFiles(['services/command-api/src/commands/*/*.ts'], onlyImports(decisions, ['^[.]/', '^[.][.]/[^.]'])),
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '**/node_modules/',
      '.data/',
      '.cache/',
      'coverage/',
      'schemas/',
      'services/grpc/src/gen/',
      '**/public/',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
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
  // They look at the DOM, which nothing else here has.
  ...['apps/console', 'examples/react-chat'].map((folder) => ({
    files: [`${folder}/**/*.{ts,tsx}`],
    languageOptions: { parserOptions: { project: [`./${folder}/tsconfig.json`] } },
  })),
  {
    files: ['libs/log/src/kafkajs/**/*.ts', 'libs/testing/**/*.ts', 'e2e/**/*.ts', '**/*.int.test.ts'],
    rules: restrict(services, 'Services do not import each other.'),
  },
  { files: ['services/standalone/**/*.ts', 'tools/cli/**/*.ts', 'e2e/**/*.ts'], rules: restrict([], '') },
  ...pure,
  { files: ['libs/client/src/generated/**'], rules: { 'max-lines': 'off' } },
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
        AbortController: 'readonly',
        Request: 'readonly',
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
