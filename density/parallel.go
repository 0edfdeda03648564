package density

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// inParallel runs work for each processor, which takes the next of n pieces of it
// until there are no more.
func inParallel(n int, work func(next func() (i int, ok bool))) {
	var wg sync.WaitGroup
	var taken atomic.Int64
	next := func() (int, bool) {
		i := int(taken.Add(1)) - 1
		return i, i < n
	}
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() { work(next) })
	}
	wg.Wait()
}

// eachInParallel calls do for 0 to n-1.
func eachInParallel(n int, do func(i int)) {
	inParallel(n, func(next func() (int, bool)) {
		for i, ok := next(); ok; i, ok = next() {
			do(i)
		}
	})
}
