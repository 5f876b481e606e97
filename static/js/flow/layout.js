// Where the nodes stand: dagre, left to right, the same for the same graph.
import { Graph, layout } from "../../vendor/dagre/dagre.js";

// Narrow enough for an import, two recipes, a model and its scores side by side on a desktop.
const SIZES = { dataset: [184, 88], recipe: [156, 88], model: [168, 88] };
const MARGIN = 24;

// Nodes as [{id, kind}] in graph order, edges as [from, to]; places are the middles of the boxes.
export function place(nodes, edges) {
  const graph = new Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 22, ranksep: 28, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, kind } of nodes) {
    const [width, height] = SIZES[kind];
    graph.setNode(id, { width, height });
  }
  for (const [from, to] of edges) graph.setEdge(from, to);
  layout(graph);
  const { width, height } = graph.graph();
  return {
    width,
    height,
    boxes: new Map(nodes.map(({ id }) => [id, graph.node(id)])),
    ways: edges.map(([from, to]) => ({ from, to, points: graph.edge(from, to).points })),
  };
}
