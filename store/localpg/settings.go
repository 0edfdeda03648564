package localpg

import "runtime"

// settings are given on the server's command line, so that a cluster made by an
// older program runs with the settings of this one.
func settings(f folder, o Options) []string {
	s := []string{
		"cluster_name=jingwei",
		"listen_addresses=",
		"port=" + port,
		"unix_socket_directories=" + f.socket,
		"unix_socket_permissions=0700",
		"timezone=UTC",
		"log_timezone=UTC",
		"log_checkpoints=off",
		"jit=off",
		"random_page_cost=1.1",
		"effective_cache_size=2GB",
		"work_mem=32MB",
		"maintenance_work_mem=256MB",
		"max_locks_per_transaction=256", // a query may touch every month's partition
		"checkpoint_timeout=15min",
		"synchronous_commit=on", // a killed server must not lose what it acknowledged
		"wal_compression=off",
	}
	if runtime.GOOS == "linux" {
		// /dev/shm is 64 MB in a container, too small for a parallel hash join.
		s = append(s, "dynamic_shared_memory_type=sysv")
	}
	return append(s, safety(o)...)
}

func safety(o Options) []string {
	if o.Throwaway {
		return []string{
			"shared_buffers=64MB",
			"max_wal_size=1GB",
			"fsync=off",
			"full_page_writes=off",
		}
	}
	return []string{
		"shared_buffers=256MB",
		"max_wal_size=4GB",
		"fsync=on",
		"full_page_writes=on",
	}
}
