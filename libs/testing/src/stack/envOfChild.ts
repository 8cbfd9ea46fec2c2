/**
 * What a process of ours needs of this one's environment, to be followed by its settings: where programs are, and where
 * its modules are kept compiled, without which each start takes as long again.
 */
export const envOfChild = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
});
