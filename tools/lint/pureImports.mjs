/**
 * An allow-list of imports for pure code. Options: `packages`, by name the values (or patterns of them) that may be imported, or true
 * for all; types of a package that is named may be imported freely, since nothing of them is left when the code runs.
 * `files` are regular expressions of relative paths.
 */
export const pureImports = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object' }],
    messages: {
      package: 'Pure code imports nothing from {{source}}: see the allow-list in eslint.config.mjs.',
      name: 'Pure code does not import {{name}} of {{source}}: see the allow-list in eslint.config.mjs.',
      dynamic: 'Pure code loads nothing while it runs.',
    },
  },
  create(context) {
    const [{ packages = {}, files = [] }] = context.options;
    const patterns = files.map((pattern) => new RegExp(pattern));

    function check(node, names) {
      const source = node.source.value;
      if (source.startsWith('.')) {
        if (!patterns.some((pattern) => pattern.test(source)))
          context.report({ node, messageId: 'package', data: { source } });
        return;
      }
      if (!Object.hasOwn(packages, source)) return context.report({ node, messageId: 'package', data: { source } });
      const allowed = packages[source];
      if (allowed === true || isTypes(node, names)) return;
      for (const one of names) {
        const name = one.imported?.name ?? one.local?.name ?? '*';
        const isAllowed = one.importKind === 'type' || one.exportKind === 'type' || isListed(allowed, name);
        if (!isAllowed) context.report({ node: one, messageId: 'name', data: { name, source } });
      }
    }

    return {
      ImportDeclaration: (node) => check(node, node.specifiers),
      ExportNamedDeclaration: (node) => node.source && check(node, node.specifiers),
      ExportAllDeclaration: (node) => check(node, []),
      ImportExpression: (node) => context.report({ node, messageId: 'dynamic' }),
    };
  },
};

/** By name, or by a pattern of names. */
function isListed(allowed, name) {
  return allowed.some((one) => (typeof one === 'string' ? one === name : one.test(name)));
}

function isTypes(node, names) {
  if (node.importKind === 'type' || node.exportKind === 'type') return true;
  return names.length > 0 && names.every((one) => one.importKind === 'type' || one.exportKind === 'type');
}
