package archive

import (
	"context"
	"iter"
	"runtime"

	"jingwei/tiles"

	"golang.org/x/sync/errgroup"
)

// Fill makes tiles, on all processors, and puts them in their order. It calls done
// after each with how many there are so far, and ends with the first error.
func (w *Writer) Fill(
	ctx context.Context, places iter.Seq[tiles.Address],
	make func(context.Context, tiles.Address) (tiles.Tile, error), done func(n int64),
) error {
	g, ctx := errgroup.WithContext(ctx)
	ordered := begin(ctx, g, places, make)
	g.Go(func() error {
		n := int64(0)
		for j := range ordered {
			data, err := j.await(ctx)
			if err != nil {
				return err
			}
			if err := w.Put(j.at, data); err != nil {
				return err
			}
			n++
			done(n)
		}
		return ctx.Err()
	})
	return g.Wait()
}

// job is a tile that is being made.
type job struct {
	at   tiles.Address
	made chan []byte // has room for one
}

func (j job) await(ctx context.Context) ([]byte, error) {
	select {
	case data := <-j.made:
		return data, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// begin starts to make tiles and returns them in their order; few are ahead of
// who receives them.
func begin(
	ctx context.Context, g *errgroup.Group, places iter.Seq[tiles.Address],
	maker func(context.Context, tiles.Address) (tiles.Tile, error),
) <-chan job {
	procs := runtime.GOMAXPROCS(0)
	todo, ordered := make(chan job), make(chan job, 4*procs)
	for range procs {
		g.Go(func() error {
			for j := range todo {
				t, err := maker(ctx, j.at)
				if err != nil {
					return err
				}
				j.made <- t.Data
			}
			return nil
		})
	}
	g.Go(func() error {
		defer close(ordered)
		defer close(todo)
		for a := range places {
			j := job{a, make(chan []byte, 1)}
			for _, queue := range []chan job{ordered, todo} {
				select {
				case queue <- j:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		return nil
	})
	return ordered
}
