/** A busy machine: how long something takes must not decide whether it is right. */
jest.setTimeout(30_000);
