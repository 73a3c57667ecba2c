import { expect, test } from "vitest";
import { groupsIn, renamed, renamedIn } from "./groups";

const CENTRE = {
  agents: {
    "1001": { team: "blue", vendor: "" },
    "1002": { team: "blue", vendor: "acme" },
    "1003": { skills: {} },
  },
  queues: {
    tv: { needs: "tv >= 2 and team in ['blue', 'red']", plan: [{ after: 20, team: "green" }, { vendor: "acme" }] },
    hifi: { needs: { team: 1 }, plan: [{ needs: "'blue' == team or vendor != 'blue'" }] },
  },
};

test("a group is there by its members, or because a queue names it", () => {
  expect(groupsIn(CENTRE, "team")).toEqual([
    {
      name: "blue",
      members: ["1001", "1002"],
      uses: [
        { queue: "tv", step: null },
        { queue: "hifi", step: 0 },
      ],
    },
    { name: "green", members: [], uses: [{ queue: "tv", step: 0 }] },
    { name: "red", members: [], uses: [{ queue: "tv", step: null }] },
  ]);
  expect(groupsIn(CENTRE, "vendor").map(({ name }) => name)).toEqual(["acme", "blue"]);
  expect(groupsIn({}, "team")).toEqual([]);
});

test("a group is renamed wherever it is named, and nothing else is", () => {
  expect(renamed(CENTRE, "team", "blue", "sky")).toEqual({
    agents: {
      "1001": { team: "sky", vendor: "" },
      "1002": { team: "sky", vendor: "acme" },
      "1003": { skills: {} },
    },
    queues: {
      tv: { needs: "tv >= 2 and team in ['sky', 'red']", plan: [{ after: 20, team: "green" }, { vendor: "acme" }] },
      hifi: { needs: { team: 1 }, plan: [{ needs: "'sky' == team or vendor != 'blue'" }] },
    },
  });
  expect(CENTRE.agents["1001"].team).toBe("blue");
});

test("only what is compared with the group is its name", () => {
  expect(renamedIn("city == 'blue' and team!='blue'", "team", "blue", "x")).toBe("city == 'blue' and team!='x'");
  expect(renamedIn("team in ['a','a','b'] and floor in ['a']", "team", "a", "long name")).toBe(
    "team in ['long name','long name','b'] and floor in ['a']",
  );
  expect(renamedIn("team_size >= 2 and 'team' == city", "team", "team", "x")).toBe("team_size >= 2 and 'team' == city");
  expect(renamedIn("team == 'a'", "team", "a", "o'b")).toBe("team == 'ob'");
  expect(renamedIn("team == ", "team", "a", "b")).toBe("team == ");
});
