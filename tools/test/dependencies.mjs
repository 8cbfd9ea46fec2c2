// A step of npm test: no file of production code imports in a circle, and no arrow inside a package runs back up.
import { cruise } from 'dependency-cruiser';
import { root } from '../stack/bootstrap.mjs';
import { LAYERS } from './layers.mjs';

process.chdir(root);
const { output } = await cruise(['libs', 'services', 'tools', 'bench', 'apps', 'examples/react-chat'], {
  exclude: String.raw`\.test\.ts$|\.testing\.ts$|\.d\.ts$|\.config\.js$|/testing/|/dist/|node_modules`,
  doNotFollow: 'node_modules',
  tsPreCompilationDeps: true,
  enhancedResolveOptions: {
    conditionNames: ['source', 'require'],
    exportsFields: ['exports'],
    extensions: ['.ts', '.tsx', '.mjs'],
  },
});

/** All arrows between files, each to files of ours. */
const files = new Map(
  output.modules.map(({ source, dependencies }) => [source, new Set(dependencies.map(({ resolved }) => resolved))]),
);

/** Package and part of a file; null for what is in no `src` of ours. */
function partOf(file) {
  const [, where, path] = /^((?:libs|services|tools|bench|apps|examples)\b.*?)\/src\/(.*)$/.exec(file) ?? [];
  return where ? { where, part: path.split('/')[0].replace(/\.[a-z]+$/, '') } : null;
}

/** The sets of nodes that reach each other; Tarjan's algorithm. */
function circles(graph) {
  const found = [];
  const order = new Map();
  const lowest = new Map();
  const stack = [];
  function visit(node) {
    order.set(node, order.size);
    lowest.set(node, order.get(node));
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(node, Math.min(lowest.get(node), lowest.get(next)));
    }
    if (lowest.get(node) !== order.get(node)) return;
    const circle = stack.splice(stack.indexOf(node)).sort();
    if (circle.length > 1) found.push(circle);
  }
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found;
}

/** By package: how high each of its parts stands. */
const heights = new Map(
  Object.entries(LAYERS).map(([where, layers]) => [
    where,
    new Map(layers.flatMap((line, height) => line.split(' ').map((part) => [part, height]))),
  ]),
);

const parts = new Map();
const there = new Set();
const upward = [];
for (const [file, imported] of files) {
  const from = partOf(file);
  if (!from) continue;
  const name = `${from.where}: ${from.part}`;
  there.add(name);
  for (const other of imported) {
    const to = partOf(other);
    if (to?.where !== from.where || to.part === from.part) continue;
    parts.set(name, (parts.get(name) ?? new Set()).add(`${from.where}: ${to.part}`));
    const height = heights.get(from.where);
    if (height?.get(to.part) > height?.get(from.part)) upward.push(`${file} imports ${other}, which stands above it`);
  }
}

const named = new Set([...heights].flatMap(([where, height]) => [...height.keys()].map((part) => `${where}: ${part}`)));
const unnamed = [...there].filter((name) => !named.has(name)).map((name) => `${name} stands in no line of layers.mjs`);
const gone = [...named].filter((name) => !there.has(name)).map((name) => `${name} of layers.mjs is not there`);

// An arrow that leads nowhere would be an arrow that is not looked at.
const nowhere = output.modules.flatMap(({ source, dependencies }) =>
  dependencies
    .filter(({ couldNotResolve, module }) => couldNotResolve && /^[.@]/.test(module))
    .map(({ module }) => `${source} imports ${module}, which cannot be found`),
);

const circular = [
  ...circles(files).map((circle) => `files in a circle: ${circle.join(', ')}`),
  ...circles(parts).map((circle) => `parts in a circle: ${circle.join(', ')}`),
];

const faults = [...upward, ...circular, ...unnamed, ...gone, ...nowhere];
console.log(faults.join('\n') || `${files.size} files, no circle, no arrow that runs back up`);
process.exitCode = faults.length === 0 ? 0 : 1;
