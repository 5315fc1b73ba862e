package draw

import "math"

// network is a minimum-cost flow problem. Its memory is used again from one
// flow to the next.
//
// Source: successive shortest paths, Ford and Fulkerson, 1962, with the queue
// form of the Bellman–Ford search, Moore, 1959.
type network struct {
	head  []int32 // per node: its last arc, or -1
	arcs  []arc   // arc i and its reverse i^1
	dist  []int64
	from  []int32 // per node: the arc by which it was reached
	queue []int32
	wait  []bool
	work  int64 // arcs looked at so far
}

type arc struct {
	to, next int32
	cap      int32
	cost     int64
}

func (n *network) reset(nodes int) {
	if cap(n.head) < nodes {
		n.head, n.dist, n.from, n.wait = make([]int32, nodes), make([]int64, nodes), make([]int32, nodes), make([]bool, nodes)
	}
	n.head, n.dist, n.from, n.wait = n.head[:nodes], n.dist[:nodes], n.from[:nodes], n.wait[:nodes]
	for i := range n.head {
		n.head[i] = -1
	}
	n.arcs = n.arcs[:0]
}

// add puts an arc in and returns its number.
func (n *network) add(from, to int32, capacity int32, cost int64) int32 {
	id := int32(len(n.arcs))
	n.arcs = append(n.arcs, arc{to, n.head[from], capacity, cost}, arc{from, n.head[to], 0, -cost})
	n.head[from], n.head[to] = id, id+1
	return id
}

// flow is what went through the arc.
func (n *network) flow(id int32) int32 { return n.arcs[id^1].cap }

// run sends as much as it can from s to t at the least cost. No circle of
// arcs may have a negative cost.
func (n *network) run(s, t int32) (amount int32, cost int64) {
	for n.search(s, t) {
		push := int32(math.MaxInt32)
		for v := t; v != s; v = n.arcs[n.from[v]^1].to {
			push = min(push, n.arcs[n.from[v]].cap)
		}
		for v := t; v != s; v = n.arcs[n.from[v]^1].to {
			n.arcs[n.from[v]].cap -= push
			n.arcs[n.from[v]^1].cap += push
		}
		amount += push
		cost += int64(push) * n.dist[t]
	}
	return amount, cost
}

// search finds the cheapest path with room left.
func (n *network) search(s, t int32) bool {
	const far = math.MaxInt64 / 2
	for i := range n.dist {
		n.dist[i] = far
	}
	n.dist[s] = 0
	n.queue = append(n.queue[:0], s)
	for at := 0; at < len(n.queue); at++ {
		v := n.queue[at]
		n.wait[v] = false
		for id := n.head[v]; id >= 0; id = n.arcs[id].next {
			n.work++
			a := &n.arcs[id]
			if d := n.dist[v] + a.cost; a.cap > 0 && d < n.dist[a.to] {
				n.dist[a.to], n.from[a.to] = d, id
				if !n.wait[a.to] {
					n.wait[a.to] = true
					n.queue = append(n.queue, a.to)
				}
			}
		}
	}
	return n.dist[t] < far
}
