/**
 * Where the parts of a package stand above each other. A part is a folder or file right below `src`; what stands in a
 * lower line imports nothing of a higher one. Parts that are not named here only have to form no circle.
 */
export const LAYERS = {
  'libs/auth': ['actor', 'policy', 'token', 'config', 'index'],
  'libs/events': ['ids', 'text', 'catalogue', 'envelope', 'reader', 'codec', 'generate', 'index'],
  'libs/log': ['port', 'fence', 'kafkajs', 'index'],
  'libs/read-models': ['schema', 'messages', 'presenters', 'index'],
  'libs/runtime': ['config', 'runtime', 'connections', 'createRuntime', 'index'],
  'libs/sealing': ['keys', 'blob', 'cipher', 'sealers', 'sealing', 'index'],
  'libs/service': ['config', 'logger', 'problems', 'http', 'runMain', 'index'],
  'services/command-api': [
    'timestamps',
    'commands',
    'streams',
    'ownership',
    'pipeline',
    'router',
    'store',
    'http',
    'routes',
    'surfaces',
    'allRoutes',
    'role',
    'index',
    'main',
  ],
  'services/projector': ['folding', 'projections', 'generations', 'role', 'index', 'main'],
  'services/query-api': ['cursors', 'threads', 'routes', 'role', 'index', 'main'],
  'services/realtime': [
    'frames',
    'presenters',
    'rooms',
    'sync',
    'commands',
    'socket',
    'engine',
    'role',
    'index',
    'main',
  ],
  'services/worker': ['jobs', 'erasure', 'config', 'deps', 'parts', 'role', 'index', 'main'],
  'services/standalone': ['config', 'compose', 'index', 'main'],
  'tools/cli': ['outcome', 'context', 'commands', 'program', 'run', 'main'],
  'tools/conformance': ['http', 'document', 'case', 'cases', 'runner', 'conform', 'main'],
  'tools/stack': ['errors', 'child', 'server', 'stack', 'dev', 'index'],
  bench: ['report', 'system', 'driver', 'world', 'rows', 'bench', 'main'],
};

/** Circles that are being taken apart, by a file or part in them. What is mended has to go from here. */
export const NOT_YET = {
  files: [],
  parts: ['libs/read-models: tables', 'services/query-api: messages', 'services/realtime: log'],
};
