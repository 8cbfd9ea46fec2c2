import type { Command } from 'commander';
import { agentsList, agentsOpen, agentsRuns, agentsStop, type StopOptions } from './commands/agents';
import type { OfTenant, PageOptions } from './commands/ofTenant';
import type { Perform } from './perform';
import { ofTenant, paged } from './tenantOptions';

/** Agents of tenants and their runs, by the operations port. */
export function addAgents(program: Command, perform: Perform): void {
  const agents = program
    .command('agents')
    .description('agents of tenants and their runs, by the operations port with OPS_TOKEN');
  paged(agents.command('list'))
    .description('agents of a tenant')
    .action((options: PageOptions) => perform((context) => agentsList(context, options)));
  ofTenant(agents.command('open'))
    .description('runs that are under way')
    .action((options: OfTenant) => perform((context) => agentsOpen(context, options)));
  ofTenant(agents.command('runs <agent>'))
    .description('the last runs of an agent: how they ended, how long they took, tokens')
    .action((agent: string, options: OfTenant) => perform((context) => agentsRuns(context, agent, options)));
  ofTenant(agents.command('stop <run>'))
    .description('stop what an agent is about to say')
    .requiredOption('--thread <id>', 'where it says it')
    .option('--by <name>', 'who does it, for the tenant’s audit log; by default who is logged in')
    .action((run: string, options: StopOptions) => perform((context) => agentsStop(context, run, options)));
}
