package launch

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// hashSlots is how many there are in every Redis Cluster.
const hashSlots = 16384

// ClusterOptions say how to start a Redis Cluster.
type ClusterOptions struct {
	Folder   string // each node has a folder in it; must exist
	Masters  int
	Replicas int // of the first masters, one each
}

// Cluster is a running Redis Cluster on the loopback interface. A node stays
// in Nodes at its place whatever its role becomes; the masters come first. Its
// methods are not safe for concurrent use with Restart.
type Cluster struct {
	Nodes []*Node
}

// Node is one redis-server of a cluster.
type Node struct {
	*Redis
	ID      string // as the cluster knows it
	client  *redis.Client
	options RedisOptions
	bus     int
}

// StartCluster starts the nodes, deals the hash slots out evenly and returns
// when every node says that the cluster is well. Nodes notice after two seconds
// that another is gone, and go on serving the slots that are there.
func StartCluster(ctx context.Context, options ClusterOptions) (*Cluster, error) {
	cluster := &Cluster{}
	err := cluster.start(ctx, options)
	if err == nil {
		err = cluster.form(ctx, options)
	}
	if err != nil {
		cluster.Stop()
		return nil, fmt.Errorf("start a redis cluster: %w", err)
	}
	return cluster, nil
}

func (c *Cluster) start(ctx context.Context, options ClusterOptions) error {
	for n := range options.Masters + options.Replicas {
		folder := filepath.Join(options.Folder, "node"+strconv.Itoa(n))
		if err := os.Mkdir(folder, 0o755); err != nil { // #nosec G301 -- a folder of the tests
			return err
		}
		node, err := startNode(ctx, folder)
		if err != nil {
			return err
		}
		c.Nodes = append(c.Nodes, node)
		if node.ID, err = node.client.ClusterMyID(ctx).Result(); err != nil {
			return err
		}
	}
	return nil
}

// startNode picks the ports itself, because the one that nodes speak to each
// other on would by default be out of range for most free ports.
func startNode(ctx context.Context, folder string) (*Node, error) {
	for attempt := 0; ; attempt++ {
		port, err := FreePort()
		if err != nil {
			return nil, err
		}
		bus, err := FreePort()
		if err != nil {
			return nil, err
		}
		options := RedisOptions{Folder: folder, Port: port, Args: []string{
			"--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(bus), "--cluster-node-timeout", "2000",
			"--cluster-require-full-coverage", "no", "--cluster-allow-replica-migration", "no",
			"--repl-diskless-sync-delay", "0",
		}}
		server, err := StartRedis(ctx, options)
		if errors.Is(err, ErrPortTaken) && attempt < 5 {
			continue
		}
		if err != nil {
			return nil, err
		}
		client := redis.NewClient(&redis.Options{Addr: server.Addr()})
		return &Node{Redis: server, client: client, options: options, bus: bus}, nil
	}
}

// form makes one cluster of nodes that do not know of each other.
func (c *Cluster) form(ctx context.Context, options ClusterOptions) error {
	for n, node := range c.Nodes {
		// Nodes that begin with the same epoch quarrel about it for seconds.
		if err := node.client.Do(ctx, "CLUSTER", "SET-CONFIG-EPOCH", n+1).Err(); err != nil {
			return err
		}
		if n < options.Masters {
			first, end := n*hashSlots/options.Masters, (n+1)*hashSlots/options.Masters
			if err := node.client.ClusterAddSlotsRange(ctx, first, end-1).Err(); err != nil {
				return err
			}
		}
		for _, other := range c.Nodes[:n] {
			if err := node.client.Do(ctx, "CLUSTER", "MEET", "127.0.0.1", other.Port, other.bus).Err(); err != nil {
				return err
			}
		}
	}
	if err := c.AwaitWell(ctx); err != nil {
		return err
	}
	for n := range options.Replicas {
		replica := c.Nodes[options.Masters+n]
		if err := replica.client.ClusterReplicate(ctx, c.Nodes[n].ID).Err(); err != nil {
			return err
		}
		if err := await(ctx, "replica in step", func() (bool, error) {
			info, err := replica.client.Info(ctx, "replication").Result()
			return strings.Contains(info, "master_link_status:up"), err
		}); err != nil {
			return err
		}
	}
	return nil
}

// AwaitWell waits until every node knows all the others, and all slots.
func (c *Cluster) AwaitWell(ctx context.Context) error {
	for _, node := range c.Nodes {
		err := await(ctx, "cluster_state:ok on "+node.Addr(), func() (bool, error) {
			info, err := node.client.ClusterInfo(ctx).Result()
			return strings.Contains(info, "cluster_state:ok") &&
				strings.Contains(info, "cluster_slots_ok:"+strconv.Itoa(hashSlots)) &&
				strings.Contains(info, "cluster_known_nodes:"+strconv.Itoa(len(c.Nodes))+"\r"), err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// URL returns the address in the form of GONGYUAN_REDIS_URL.
func (c *Cluster) URL() string {
	query := url.Values{}
	for _, node := range c.Nodes[1:] {
		query.Add("addr", node.Addr())
	}
	return "redis://" + c.Nodes[0].Addr() + "?" + query.Encode()
}

// Slot returns the hash slot of a key, as the servers compute it.
func (c *Cluster) Slot(ctx context.Context, key string) (int, error) {
	slot, err := c.Nodes[0].client.ClusterKeySlot(ctx, key).Result()
	return int(slot), err
}

// Owner returns the node that serves a slot, as the first node that answers
// sees it.
func (c *Cluster) Owner(ctx context.Context, slot int) (*Node, error) {
	var failed error
	for _, asked := range c.Nodes {
		shards, err := asked.client.ClusterShards(ctx).Result()
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		if node := c.master(shards, slot); node != nil {
			return node, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("slot %d has no owner", slot), failed)
}

// master is the node that serves a slot, or nil.
func (c *Cluster) master(shards []redis.ClusterShard, slot int) *Node {
	for _, shard := range shards {
		for _, r := range shard.Slots {
			if slot < int(r.Start) || slot > int(r.End) {
				continue
			}
			for _, there := range shard.Nodes {
				for _, node := range c.Nodes {
					if there.Role == "master" && there.Health == "online" && node.ID == there.ID {
						return node
					}
				}
			}
		}
	}
	return nil
}

// Move moves a slot with its keys to another node in the way of CLUSTER
// SETSLOT's documentation, while clients use them. between, if given, is called
// when half of the keys are there, and when none is left but the slot is not
// there yet.
func (c *Cluster) Move(ctx context.Context, slot int, to *Node, between func(left int)) error {
	from, err := c.Owner(ctx, slot)
	if err != nil || from == to {
		return err
	}
	setSlot := func(node *Node, args ...any) error {
		if err := node.client.Do(ctx, append([]any{"CLUSTER", "SETSLOT", slot}, args...)...).Err(); err != nil {
			return fmt.Errorf("setslot %d %v: %w", slot, args, err)
		}
		return nil
	}
	if err := errors.Join(setSlot(to, "IMPORTING", from.ID), setSlot(from, "MIGRATING", to.ID)); err != nil {
		return err
	}
	for half := 0; ; {
		left, err := from.client.ClusterCountKeysInSlot(ctx, slot).Result()
		if err != nil {
			return err
		}
		if half == 0 {
			half = int(left+1) / 2
		} else if between != nil {
			between(int(left))
		}
		if left == 0 {
			break
		}
		keys, err := from.client.ClusterGetKeysInSlot(ctx, slot, half).Result()
		if err != nil {
			return err
		}
		if err := migrate(ctx, from, to, keys); err != nil {
			return err
		}
	}
	// The new owner first: there is no moment at which nobody has the slot.
	for _, node := range append([]*Node{to, from}, c.Nodes...) {
		// A replica is told by its master.
		if err := setSlot(node, "NODE", to.ID); err != nil && !strings.Contains(err.Error(), "with masters") {
			return err
		}
	}
	return nil
}

func migrate(ctx context.Context, from, to *Node, keys []string) error {
	args := []any{"MIGRATE", "127.0.0.1", to.Port, "", 0, 5000, "KEYS"}
	for _, key := range keys {
		args = append(args, key)
	}
	if err := from.client.Do(ctx, args...).Err(); err != nil {
		return fmt.Errorf("migrate %d keys: %w", len(keys), err)
	}
	return nil
}

// Failover makes a replica the master without losing a write, and returns when
// all nodes know. It is what an operator does before a maintenance.
func (c *Cluster) Failover(ctx context.Context, replica *Node) error {
	// Masters vote against a replica that has not heard of the newest moves,
	// and then the next vote is seconds away.
	if err := await(ctx, "nodes agree", func() (bool, error) { return c.agree(ctx) }); err != nil {
		return err
	}
	if err := replica.client.ClusterFailover(ctx).Err(); err != nil {
		return fmt.Errorf("failover: %w", err)
	}
	return await(ctx, "replica is master", func() (bool, error) {
		info, err := replica.client.Info(ctx, "replication").Result()
		if err != nil || !strings.Contains(info, "role:master") {
			return false, err
		}
		return c.agree(ctx)
	})
}

// agree tells whether all nodes see the same masters with the same slots.
func (c *Cluster) agree(ctx context.Context) (bool, error) {
	views := map[string]bool{}
	for _, node := range c.Nodes {
		text, err := node.client.ClusterNodes(ctx).Result()
		if err != nil {
			return false, err
		}
		var masters []string
		for line := range strings.Lines(text) {
			// id, address, flags, master, ping, pong, epoch, link, slots
			if f := strings.Fields(line); strings.Contains(f[2], "master") {
				masters = append(masters, fmt.Sprint(f[0], f[6], f[8:]))
			}
		}
		slices.Sort(masters)
		views[strings.Join(masters, "\n")] = true
	}
	return len(views) == 1, nil
}

// Restart brings a killed node back on its port with what it kept.
func (c *Cluster) Restart(ctx context.Context, node *Node) error {
	server, err := StartRedis(ctx, node.options)
	if err != nil {
		return err
	}
	node.Redis = server
	return nil
}

// Stop ends all nodes. They are not asked to save anything.
func (c *Cluster) Stop() {
	for _, node := range c.Nodes {
		_ = node.client.Close()
		node.Kill()
	}
}

// await polls until ready says so, it fails, or the time is up.
func await(ctx context.Context, what string, ready func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	for {
		done, err := ready()
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, ctx.Err())
		case <-time.After(pollEvery):
		}
	}
}
