// The flow as a graph; what it is drawn with is loaded when it is first needed.

import { graphlib, layout } from "@dagrejs/dagre";
import {
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeChange,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useNodesInitialized,
  useReactFlow,
  useUpdateNodeInternals,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { memo, useEffect, useMemo } from "react";
import type { Theme } from "../shared/SettingsBar";
import type { Path } from "./document";
import { type GraphNode, type Mark, outletId, outletPath } from "./graph";
import { useWords } from "./words/words";

/** What is shown on a node besides itself. */
export interface Shown {
  problems: Record<string, number>;
  callers: Record<string, number>;
  marks: Record<string, Mark>;
  /** The nodes of a walk, in order; the caller is at the last. */
  walked: string[];
}

interface GraphProps {
  nodes: GraphNode[];
  shown: Shown;
  selected: string;
  theme: Theme;
  onSelect: (name: string) => void;
  onConnect: (path: Path, target: string) => void;
}

type StepData = { node: GraphNode; problems: number; callers: number; mark: Mark; walked: boolean; here: boolean };
type StepNode = Node<StepData, "step">;

const WIDTH = 220;
const HEAD = 46;
const ROW = 22;
const heightOf = (node: GraphNode) => HEAD + node.outlets.length * ROW + 6;

export default function Graph(props: GraphProps) {
  return (
    <ReactFlowProvider>
      <Drawn {...props} />
    </ReactFlowProvider>
  );
}

function Drawn({ nodes, shown, selected, theme, onSelect, onConnect }: GraphProps) {
  const words = useWords();
  const places = useMemo(() => placesOf(nodes), [nodes]);
  const steps = useMemo(
    () => nodes.map((node) => stepOf(node, places[node.name] ?? { x: 0, y: 0 }, shown, selected)),
    [nodes, places, shown, selected],
  );
  const edges = useMemo(() => edgesOf(nodes, shown), [nodes, shown]);
  const choose = (changes: NodeChange<StepNode>[]) => {
    for (const change of changes) if (change.type === "select" && change.selected) onSelect(change.id);
  };
  return (
    <ReactFlow
      nodes={steps}
      edges={edges}
      nodeTypes={NODE_TYPES}
      colorMode={theme === "auto" ? "system" : theme}
      onNodesChange={choose}
      onConnect={({ source, sourceHandle, target }) =>
        sourceHandle && onConnect(["nodes", source, ...outletPath(sourceHandle)], target)
      }
      nodesDraggable={false}
      edgesFocusable={false}
      deleteKeyCode={null}
      minZoom={0.1}
      fitView
      aria-label={words.graph.title}
    >
      <Controls showInteractive={false} />
      <Follow name={selected} />
    </ReactFlow>
  );
}

/** Brings what is chosen elsewhere into view. */
function Follow({ name }: { name: string }) {
  const { fitView, getNode } = useReactFlow();
  const isReady = useNodesInitialized();
  useEffect(() => {
    if (isReady && name && getNode(name)) void fitView({ nodes: [{ id: name }], maxZoom: 0.9, minZoom: 0.6 });
  }, [isReady, name, fitView, getNode]);
  return null;
}

const Step = memo(({ id, data, selected }: NodeProps<StepNode>) => {
  const words = useWords();
  const { node, problems, callers, mark } = data;
  const update = useUpdateNodeInternals();
  const outlets = node.outlets.map((one) => outletId(one.path)).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: other outlets have their handles elsewhere
  useEffect(() => update(id), [update, id, outlets]);
  const state = [selected && "selected", data.walked && "walked", data.here && "here", mark, problems && "wrong"];
  return (
    <div className={["step", ...state.filter(Boolean)].join(" ")} data-node={id}>
      <Handle type="target" position={Position.Left} />
      <div className="head">
        <strong>{id}</strong>
        <span>
          {node.isStart && <b>{words.graph.start} · </b>}
          {words.graph.types[node.type] ?? node.type}
          {node.about && ` · ${node.about}`}
        </span>
      </div>
      <ul>
        {node.outlets.map((one) => (
          <li key={outletId(one.path)} className={one.target ? "" : "loose"}>
            <span>{one.label}</span>
            <Handle type="source" position={Position.Right} id={outletId(one.path)} />
          </li>
        ))}
      </ul>
      {callers > 0 && (
        <span className="callers" title={words.graph.callers(callers)}>
          {callers}
        </span>
      )}
      {problems > 0 && (
        <span className="found" title={words.graph.problems(problems)}>
          !
        </span>
      )}
    </div>
  );
});

const NODE_TYPES = { step: Step };

function stepOf(node: GraphNode, position: { x: number; y: number }, shown: Shown, selected: string): StepNode {
  const { name } = node;
  return {
    id: name,
    type: "step",
    position,
    width: WIDTH,
    height: heightOf(node),
    measured: { width: WIDTH, height: heightOf(node) },
    selected: name === selected,
    ariaLabel: name,
    data: {
      node,
      problems: shown.problems[name] ?? 0,
      callers: shown.callers[name] ?? 0,
      mark: shown.marks[name] ?? "",
      walked: shown.walked.includes(name),
      here: shown.walked.at(-1) === name,
    },
  };
}

function edgesOf(nodes: GraphNode[], shown: Shown): Edge[] {
  const names = new Set(nodes.map((node) => node.name));
  const went = new Set(shown.walked.slice(1).map((name, at) => `${shown.walked[at]} ${name}`));
  return nodes.flatMap(({ name, outlets }) =>
    outlets
      .filter((one) => names.has(one.target))
      .map((one) => ({
        id: `${name} ${outletId(one.path)}`,
        source: name,
        sourceHandle: outletId(one.path),
        target: one.target,
        markerEnd: { type: MarkerType.ArrowClosed },
        animated: went.has(`${name} ${one.target}`),
        className: went.has(`${name} ${one.target}`) ? "went" : "",
      })),
  );
}

function placesOf(nodes: GraphNode[]): Record<string, { x: number; y: number }> {
  const graph = new graphlib.Graph().setGraph({ rankdir: "LR", nodesep: 24, ranksep: 90 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.name, { width: WIDTH, height: heightOf(node) });
  for (const node of nodes) {
    for (const { target } of node.outlets) if (graph.hasNode(target)) graph.setEdge(node.name, target);
  }
  layout(graph);
  const corner = (node: GraphNode) => {
    const { x, y } = graph.node(node.name);
    return { x: x - WIDTH / 2, y: y - heightOf(node) / 2 };
  };
  return Object.fromEntries(nodes.map((node) => [node.name, corner(node)]));
}
