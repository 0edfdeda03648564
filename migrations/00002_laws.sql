-- The laws of an edition as a whole, proved when it is published.
--
-- Edges are compared as the bytes of their coordinates, so nothing is rounded:
-- every coordinate is the double nearest to a multiple of 1e-7 degree.

-- +goose Up

-- shape_edges gives the directed edges of a shape. a and b are positions as in
-- WKB: x and y, each a little-endian double.
-- +goose StatementBegin
CREATE FUNCTION shape_edges(shape geometry) RETURNS TABLE (a bytea, b bytea)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT substring(r.wkb FROM 14 + 16 * k FOR 16), substring(r.wkb FROM 30 + 16 * k FOR 16)
    FROM (
        SELECT ST_AsBinary(ring.geom, 'NDR') AS wkb, ST_NPoints(ring.geom) AS n
        FROM ST_Dump(shape) AS polygon, ST_DumpRings(polygon.geom) AS ring
        OFFSET 0
    ) AS r, generate_series(0, r.n - 2) AS k;
END;
-- +goose StatementEnd

-- edge_line gives an edge as a line.
CREATE FUNCTION edge_line(a bytea, b bytea) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ST_SetSRID(ST_GeomFromWKB('\x010200000002000000'::bytea || a || b), 4326);

-- edition_net_change gives the edges that an edition adds to (n > 0) or takes
-- from (n < 0) the sum of all cells, each from a to b with a < b. It is empty
-- when old and new cells have the same boundary.
-- +goose StatementBegin
CREATE FUNCTION edition_net_change(edition integer) RETURNS TABLE (a bytea, b bytea, n bigint)
LANGUAGE sql STABLE SET work_mem = '256MB'
BEGIN ATOMIC
    WITH change AS (
        SELECT e.a, e.b, 1 AS sign FROM area c, shape_edges(c.geom) e
        WHERE c.since = edition_net_change.edition
        UNION ALL
        SELECT e.a, e.b, -1 FROM area c, shape_edges(c.geom) e
        WHERE c.until = edition_net_change.edition
    )
    SELECT least(c.a, c.b), greatest(c.a, c.b), sum(CASE WHEN c.a < c.b THEN c.sign ELSE -c.sign END)
    FROM change c
    GROUP BY 1, 2
    HAVING sum(CASE WHEN c.a < c.b THEN c.sign ELSE -c.sign END) <> 0;
END;
-- +goose StatementEnd

-- edition_uncancelled gives the edges, from a to b with a < b, that the cells of
-- an edition run along more often one way than the other (the border of the
-- territory), or more than once in the same way (a fault).
-- +goose StatementBegin
CREATE FUNCTION edition_uncancelled(edition integer) RETURNS TABLE (a bytea, b bytea, forth bigint, back bigint)
LANGUAGE sql STABLE SET work_mem = '256MB'
BEGIN ATOMIC
    SELECT least(e.a, e.b), greatest(e.a, e.b), count(*) FILTER (WHERE e.a < e.b), count(*) FILTER (WHERE e.a > e.b)
    FROM area c, shape_edges(c.geom) e
    WHERE c.since <= edition_uncancelled.edition AND (c.until IS NULL OR c.until > edition_uncancelled.edition)
    GROUP BY 1, 2
    HAVING count(*) FILTER (WHERE e.a < e.b) <> count(*) FILTER (WHERE e.a > e.b) OR count(*) > 2;
END;
-- +goose StatementEnd

-- edge_owners names the cells of an edition that have the edge, either way.
-- +goose StatementBegin
CREATE FUNCTION edge_owners(edition integer, edge geometry) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT string_agg(DISTINCT c.code, ', ' ORDER BY c.code)
    FROM area c, shape_edges(c.geom) e
    WHERE c.since <= edge_owners.edition AND (c.until IS NULL OR c.until > edge_owners.edition)
        AND c.geom && edge_owners.edge
        AND edge_owners.edge IN (edge_line(e.a, e.b), edge_line(e.b, e.a));
END;
-- +goose StatementEnd

-- border_faults proves that directed edges bound a territory: that there is a
-- set of places with exactly these edges around it, the inside on the left. It
-- gives the faults with a place on each. The lines, of two positions each, must
-- be balanced: as many edges leave a position as come to it.
--
-- Over the faces that the lines cut the plane into, the number of cells at a
-- place is constant, and one more on the left of a line than on the right. So it
-- is 0 and 1 everywhere if and only if no two lines cross and every face lies on
-- the same side of all lines around it.
-- +goose StatementBegin
CREATE FUNCTION border_faults(lines geometry[]) RETURNS TABLE (place geometry, detail text)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    border geometry[]; -- in lattice units, which doubles hold exactly
BEGIN
    SELECT array_agg(ST_SnapToGrid(ST_Scale(l, 1e7, 1e7), 1)) INTO border FROM unnest(lines) AS l;
    IF border IS NULL THEN
        RETURN;
    END IF;
    IF NOT ST_IsSimple(ST_Collect(border)) THEN
        RETURN QUERY
            WITH line AS (
                SELECT ST_Normalize(l) AS geom FROM unnest(border) AS l
            ), piece AS ( -- of the lines, cut where they meet
                SELECT ST_Normalize(s.geom) AS geom FROM ST_DumpSegments(ST_Node(ST_Collect(border))) AS s
            ), odd AS (
                (SELECT l.geom FROM line l EXCEPT SELECT p.geom FROM piece p)
                UNION ALL
                (SELECT p.geom FROM piece p EXCEPT SELECT l.geom FROM line l)
                UNION ALL
                SELECT border[1]
            )
            SELECT ST_SetSRID(ST_Scale(ST_StartPoint(o.geom), 1e-7, 1e-7), 4326), 'the border of the territory crosses or touches itself'
            FROM odd o LIMIT 1;
        RETURN;
    END IF;
    RETURN QUERY
        WITH face AS (
            SELECT f.path, ST_ForcePolygonCCW(f.geom) AS geom FROM ST_Dump(ST_Polygonize(border)) AS f
        ), line AS (
            SELECT substring(w.wkb FROM 10 FOR 16) AS a, substring(w.wkb FROM 26 FOR 16) AS b
            FROM (SELECT ST_AsBinary(l, 'NDR') AS wkb FROM unnest(border) AS l OFFSET 0) AS w
        ), side AS (
            SELECT f.path, f.geom, (l.a IS NOT NULL) AS on_left
            FROM face f, shape_edges(f.geom) e LEFT JOIN line l ON l.a = e.a AND l.b = e.b
        )
        SELECT ST_SetSRID(ST_Scale(ST_PointOnSurface(s.geom), 1e-7, 1e-7), 4326), 'a cell lies inside another'
        FROM side s GROUP BY s.path, s.geom
        HAVING bool_and(s.on_left) <> bool_or(s.on_left);
END $$;
-- +goose StatementEnd

-- edition_cover_faults proves law 2 over all cells of an edition: no edge twice
-- in the same direction, and what does not cancel bounds a territory.
-- +goose StatementBegin
CREATE FUNCTION edition_cover_faults(edition integer) RETURNS TABLE (rule text, codes text, place geometry, detail text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    lines geometry[];
    twice geometry[];
BEGIN
    SELECT array_agg(CASE WHEN u.forth > u.back THEN edge_line(u.a, u.b) ELSE edge_line(u.b, u.a) END) FILTER (WHERE u.forth <> u.back),
        array_agg(edge_line(u.a, u.b)) FILTER (WHERE u.forth > 1 OR u.back > 1)
    INTO lines, twice FROM edition_uncancelled($1) u;
    IF twice IS NOT NULL THEN
        RETURN QUERY
            SELECT 'overlap'::text, edge_owners($1, t), ST_StartPoint(t), 'cells on the same side of one edge'::text
            FROM (SELECT t FROM unnest(twice) AS t ORDER BY t LIMIT 100) AS s;
        RETURN;
    END IF;
    RETURN QUERY
        SELECT 'overlap'::text,
            (SELECT string_agg(c.code, ', ' ORDER BY c.code) FROM area_of($1) c WHERE ST_DWithin(c.geom, f.place, 1e-7)),
            f.place, f.detail
        FROM border_faults(lines) f;
END $$;
-- +goose StatementEnd

-- edition_tree_faults proves the hierarchy of an edition.
-- +goose StatementBegin
CREATE FUNCTION edition_tree_faults(edition integer) RETURNS TABLE (rule text, codes text, place geometry, detail text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT 'parent missing', c.code, ST_Centroid(c.geom), format('its parent, area %s, is not in the edition', c.parent)
    FROM area_of(edition_tree_faults.edition) c
    LEFT JOIN area_of(edition_tree_faults.edition) p ON p.id = c.parent
    WHERE c.parent IS NOT NULL AND p.id IS NULL
    UNION ALL
    SELECT 'parent level', c.code, ST_Centroid(c.geom), format('%s under %s, which is a %s: a parent is of a higher level', c.level, p.code, p.level)
    FROM area_of(edition_tree_faults.edition) c
    JOIN area_of(edition_tree_faults.edition) p ON p.id = c.parent
    WHERE area_level_rank(p.level) >= area_level_rank(c.level)
    UNION ALL
    SELECT 'cell with areas below', p.code, ST_Centroid(p.geom), format('%s is below it: only an area with nothing below has a polygon of its own', min(c.code))
    FROM area_of(edition_tree_faults.edition) c
    JOIN area_of(edition_tree_faults.edition) p ON p.id = c.parent
    WHERE p.geom IS NOT NULL
    GROUP BY p.code, p.geom
    ORDER BY 1, 2;
END;
-- +goose StatementEnd

-- edition_prove refuses an edition that breaks a law. If the cells that it adds
-- have the same boundary as those that it takes away, then the law of the base
-- still holds and nothing else need be proved.
-- +goose StatementBegin
CREATE FUNCTION edition_prove(edition integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    e     edition;
    fault record;
BEGIN
    SELECT * INTO STRICT e FROM edition WHERE id = $1;
    FOR fault IN SELECT f.rule, f.codes, f.detail FROM edition_tree_faults($1) f LIMIT 1 LOOP
        RAISE EXCEPTION 'edition %: %: %: %', $1, fault.rule, fault.codes, fault.detail
            USING ERRCODE = 'check_violation', TABLE = 'area', CONSTRAINT = 'edition_tree';
    END LOOP;
    IF e.base IS NOT NULL THEN
        SELECT edge_line(n.a, n.b) AS edge INTO fault FROM edition_net_change($1) n ORDER BY n.a, n.b LIMIT 1;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        IF e.keeps_territory THEN
            RAISE EXCEPTION 'edition %: law 2: the new cells have not the boundary of the old: edge of %: %',
                $1, edge_owners($1, fault.edge), ST_AsText(fault.edge, 7)
                USING ERRCODE = 'check_violation', TABLE = 'area', CONSTRAINT = 'edition_keeps_territory';
        END IF;
    END IF;
    FOR fault IN SELECT f.rule, f.codes, f.detail, f.place FROM edition_cover_faults($1) f LIMIT 1 LOOP
        RAISE EXCEPTION 'edition %: law 2: %: % at % (%)', $1, fault.rule, fault.codes, ST_AsText(fault.place, 7), fault.detail
            USING ERRCODE = 'check_violation', TABLE = 'area', CONSTRAINT = 'edition_law_2';
    END LOOP;
END $$;
-- +goose StatementEnd

-- The proof runs before the statement, when the transaction has no id yet: it
-- may take seconds and must not hold back the feed. The lock keeps the staged
-- rows as they were proved.
-- +goose StatementBegin
CREATE FUNCTION edition_prove_staged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE area IN SHARE ROW EXCLUSIVE MODE;
    PERFORM edition_prove(e.id) FROM edition e WHERE e.published IS NULL;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER edition_prove_staged BEFORE UPDATE OF published ON edition
    FOR EACH STATEMENT EXECUTE FUNCTION edition_prove_staged();

-- An edition replaces the one it was made from and no other.
-- +goose StatementBegin
CREATE FUNCTION edition_follow_base() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last integer := edition_last();
BEGIN
    IF coalesce(NEW.base, 0) <> last THEN
        RAISE EXCEPTION 'edition % was made from edition %, but % is current', NEW.id, coalesce(NEW.base, 0), last
            USING ERRCODE = 'restrict_violation', TABLE = 'edition', CONSTRAINT = 'edition_base_is_current';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER edition_follow_base BEFORE UPDATE OF published ON edition
    FOR EACH ROW WHEN (OLD.published IS NULL AND NEW.published IS NOT NULL) EXECUTE FUNCTION edition_follow_base();

-- +goose Down
DROP TRIGGER edition_follow_base ON edition;
DROP TRIGGER edition_prove_staged ON edition;
DROP FUNCTION edition_follow_base();
DROP FUNCTION edition_prove_staged();
DROP FUNCTION edition_prove(integer);
DROP FUNCTION edition_tree_faults(integer);
DROP FUNCTION edition_cover_faults(integer);
DROP FUNCTION border_faults(geometry[]);
DROP FUNCTION edge_owners(integer, geometry);
DROP FUNCTION edition_uncancelled(integer);
DROP FUNCTION edition_net_change(integer);
DROP FUNCTION edge_line(bytea, bytea);
DROP FUNCTION shape_edges(geometry);
