import fc from 'fast-check';

/** What may happen next. Numbers choose among what there is when it happens. */
export interface Step {
  kind: StepKind;
  who: number;
  thread: number;
  message: number;
  other: number;
  choice: number;
  flag: boolean;
}

/** How often each kind comes, relative to the others. */
const WEIGHTS = {
  post: 14,
  edit: 6,
  deleteMessage: 4,
  react: 6,
  unreact: 3,
  pin: 3,
  unpin: 2,
  add: 5,
  remove: 4,
  role: 3,
  read: 6,
  status: 3,
  deleteThread: 1,
  create: 1,
  /** The flaky clients lose their connections, and find them again. */
  drop: 3,
  resume: 4,
} as const;
export type StepKind = keyof typeof WEIGHTS;

const kind = fc.oneof(
  ...Object.entries(WEIGHTS).map(([name, weight]) => ({ weight, arbitrary: fc.constant(name as StepKind) })),
);

export const histories = fc.array(
  fc.record<Step>({
    kind,
    who: fc.nat(3),
    thread: fc.nat(2),
    message: fc.nat(11),
    other: fc.nat(3),
    choice: fc.nat(3),
    flag: fc.boolean(),
  }),
  { minLength: 30, maxLength: 60, size: 'max' },
);
