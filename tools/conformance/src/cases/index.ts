import type { Case } from '../case';
import { closed } from '../variants';
import { agentCases } from './agents';
import { agentSocketCases } from './agentSockets';
import { agentStreamCases } from './agentStreams';
import { auditCases } from './audit';
import { changeCases } from './changes';
import { conversationMessageCases } from './conversationMessages';
import { conversationCases } from './conversations';
import { conversationThreadCases } from './conversationThreads';
import { byLink, downloadCases } from './downloads';
import { holdCases } from './holds';
import { internalCases } from './internal';
import { markCases } from './marks';
import { messagePageCases } from './messagePages';
import { messageReadingCases } from './messageReading';
import { messageCases } from './messages';
import { participantCases } from './participants';
import { permissionCases } from './permissions';
import { platformCases } from './platform';
import { postingCases } from './posting';
import { preferenceCases } from './preferences';
import { privacyCases } from './privacy';
import { presenceCases } from './presence';
import { readingCases } from './reading';
import { searchCases } from './search';
import { lateCases } from './subThreadsLate';
import { socketCommandCases } from './socketCommands';
import { socketDoorCases } from './socketDoors';
import { socketNewsCases } from './socketNews';
import { socketResumeCases } from './socketResume';
import { threadCreationCases } from './threadCreation';
import { threadListCases } from './threadLists';
import { threadCases } from './threads';
import { v1Cases } from './v1';
import { webhookDeliveryCases } from './webhookDeliveries';
import { webhookCases } from './webhooks';

const ofRoutes: Case[] = [
  ...permissionCases,
  ...threadCreationCases,
  ...threadCases,
  ...threadListCases,
  ...postingCases,
  ...messageCases,
  ...messagePageCases,
  ...participantCases,
  ...markCases,
  ...messageReadingCases,
  ...readingCases,
  ...preferenceCases,
  ...presenceCases,
  ...changeCases,
  ...conversationCases,
  ...conversationMessageCases,
  ...conversationThreadCases,
  ...lateCases,
  ...searchCases,
  ...auditCases,
  ...privacyCases,
  ...holdCases,
  ...webhookCases,
  ...webhookDeliveryCases,
  ...agentCases,
  ...agentStreamCases,
  ...downloadCases,
  ...v1Cases,
];

/** Routes that some case asks for, each once without a token. */
const routes = new Set(ofRoutes.flatMap(({ needs }) => needs.filter((need) => need.includes(' /') && need !== byLink)));

/** Everything that a running system is held against. */
export const allCases: readonly Case[] = [
  ...platformCases,
  ...internalCases,
  ...socketDoorCases,
  ...socketNewsCases,
  ...socketResumeCases,
  ...socketCommandCases,
  ...agentSocketCases,
  ...ofRoutes,
  ...[...routes].map((route) => closed(route)),
];
