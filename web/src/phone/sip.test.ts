import type { RTCSession } from "jssip/lib/RTCSession";
import { expect, test, vi } from "vitest";
import { keptWhile } from "./sip";

const OF_ITS_OWN = { cause: "RTP Timeout", status_code: 408 };

function session(established = true) {
  const terminate = vi.fn();
  return { terminate, fake: { terminate, isEstablished: () => established } as unknown as RTCSession };
}

test("a call whose way failed goes on while another is looked for, and not for ever", () => {
  const { terminate, fake } = session();
  let hope = true;
  keptWhile(fake, () => hope);
  fake.terminate(OF_ITS_OWN);
  expect(terminate).not.toHaveBeenCalled();
  hope = false;
  fake.terminate(OF_ITS_OWN);
  expect(terminate).toHaveBeenCalledExactlyOnceWith(OF_ITS_OWN);
});

test("an agent who hangs up meanwhile has hung up", () => {
  const { terminate, fake } = session();
  const hangUp = keptWhile(fake, () => true);
  fake.terminate({});
  hangUp();
  expect(terminate).toHaveBeenCalledTimes(2);
});

test("a call that was not answered yet is nothing to keep", () => {
  const { terminate, fake } = session(false);
  keptWhile(fake, () => true);
  fake.terminate(OF_ITS_OWN);
  expect(terminate).toHaveBeenCalledTimes(1);
});
