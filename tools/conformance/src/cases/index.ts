import type { Case } from '../case';
import { closed } from '../variants';
import { permissionCases } from './permissions';
import { threadCreationCases } from './threadCreation';
import { threadListCases } from './threadLists';
import { threadCases } from './threads';

const ofRoutes: Case[] = [...permissionCases, ...threadCreationCases, ...threadCases, ...threadListCases];

/** Routes that some case asks for, each once without a token. */
const routes = new Set(ofRoutes.flatMap(({ needs }) => needs.filter((need) => need.includes(' /'))));

/** Everything that a running system is held against. */
export const allCases: readonly Case[] = [...ofRoutes, ...[...routes].map((route) => closed(route))];
