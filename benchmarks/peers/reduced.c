/* The reduced model in C, as fast as an afternoon makes it.
 *
 * PARTNERS and LANES are set by the compiler's command line. `run_plain` does one run at a time, with the
 * trust of a body in all others in the innermost loop; `run_lanes` does LANES runs side by side. In both, one
 * pass over the trust of a month updates it, adds it up and looks around for the next month's decision.
 */
#include <stddef.h>

typedef struct {
    double base, spread, noise, habit, cooperation, memory, seniority, contribution_rate, evidence, loss_aversion,
        contact, brokered, decay, first_record, first_trust;
} Rates;

enum { ATTENDANCE, RECORD, TRUST, PARTICIPATION, MEASURES };

static inline double exponential(double x)
{
    x = x > 60.0 ? 60.0 : x;
    x = x < -60.0 ? -60.0 : x;
    const double t = x * (1.0 / 1024.0);
    double y = 1.0 + t * (1.0 + t * (1.0 / 2 + t * (1.0 / 6 + t * (1.0 / 24 + t * (1.0 / 120 + t * (1.0 / 720
        + t * (1.0 / 5040)))))));
    for (int k = 0; k < 10; k++)
        y = y * y;
    return y;
}

static inline double attends(const Rates *r, double trait, double record, double participation, double draw)
{
    const double wish = r->base + r->spread * trait + r->habit * (2.0 * record - 1.0)
        + r->cooperation * participation;
    return draw * (1.0 + exponential(-wish / r->noise)) < 1.0 ? 1.0 : 0.0;
}

static inline double given_by(const Rates *r, double attended)
{
    return 0.5 * attended * r->seniority + 0.5 * r->contribution_rate / (r->contribution_rate + 0.1);
}

static inline double trust_after(const Rates *r, double level, double given, double met)
{
    const double surprise = given - 0.6 * level;
    const double good = surprise > 0.0 ? surprise : 0.0, bad = surprise > 0.0 ? 0.0 : surprise;
    const double gain = r->evidence * good + met * r->contact + r->brokered;
    const double loss = (1.0 - met) * r->decay - r->loss_aversion * r->evidence * bad;
    return (level + gain) / (1.0 + gain + loss);
}

/* traits (runs, PARTNERS), draws (runs, months, PARTNERS), measured (runs, months, MEASURES) */
void run_plain(const Rates *given_rates, const double *traits, const double *draws, double *measured, int runs,
               int months)
{
    const Rates rates = *given_rates, *r = &rates;
    double trust[PARTNERS][PARTNERS], record[PARTNERS], came[PARTNERS], given[PARTNERS], seen[PARTNERS];
    for (int run = 0; run < runs; run++) {
        for (int i = 0; i < PARTNERS; i++) {
            record[i] = r->first_record;
            seen[i] = (PARTNERS - 1) * r->first_trust * r->first_record;
            for (int j = 0; j < PARTNERS; j++)
                trust[i][j] = i == j ? 0.0 : r->first_trust;
        }
        for (int month = 0; month < months; month++) {
            double sums[MEASURES] = {0};
            for (int i = 0; i < PARTNERS; i++) {
                const double participation = seen[i] / (PARTNERS - 1);
                came[i] = attends(r, traits[i], record[i], participation, draws[i]);
                sums[PARTICIPATION] += participation;
                sums[ATTENDANCE] += came[i];
            }
            for (int i = 0; i < PARTNERS; i++) {
                record[i] += r->memory * (came[i] - record[i]);
                given[i] = given_by(r, came[i]);
                sums[RECORD] += record[i];
            }
            for (int i = 0; i < PARTNERS; i++) {
                const double mine = came[i];
                for (int j = 0; j < PARTNERS; j++)
                    trust[i][j] = trust_after(r, trust[i][j], given[j], mine * came[j]);
                trust[i][i] = 0.0;
                double level = 0.0, others = 0.0;
                for (int j = 0; j < PARTNERS; j++) {
                    level += trust[i][j];
                    others += trust[i][j] * record[j];
                }
                sums[TRUST] += level;
                seen[i] = others;
            }
            measured[ATTENDANCE] = sums[ATTENDANCE] / PARTNERS;
            measured[RECORD] = sums[RECORD] / PARTNERS;
            measured[TRUST] = sums[TRUST] / (PARTNERS * (PARTNERS - 1));
            measured[PARTICIPATION] = sums[PARTICIPATION] / PARTNERS;
            measured += MEASURES;
            draws += PARTNERS;
        }
        traits += PARTNERS;
    }
}

#define OVER_LANES _Pragma("omp simd") for (int l = 0; l < LANES; l++)
typedef double Lanes[LANES] __attribute__((aligned(64)));

typedef struct {
    Lanes trust[PARTNERS][PARTNERS], record[PARTNERS], came[PARTNERS], given[PARTNERS], seen[PARTNERS];
} Table;

static inline void found(const Rates *r, Table *table)
{
    for (int i = 0; i < PARTNERS; i++) {
        OVER_LANES {
            table->record[i][l] = r->first_record;
            table->seen[i][l] = (PARTNERS - 1) * r->first_trust * r->first_record;
        }
        for (int j = 0; j < PARTNERS; j++)
            OVER_LANES table->trust[i][j][l] = i == j ? 0.0 : r->first_trust;
    }
}

static inline void meet(const Rates *r, Table *table, const Lanes *traits, const Lanes *draws, Lanes *measured)
{
    Lanes came = {0}, record = {0}, participation = {0};
    for (int i = 0; i < PARTNERS; i++)
        OVER_LANES {
            const double seen = table->seen[i][l] / (PARTNERS - 1);
            const double comes = attends(r, traits[i][l], table->record[i][l], seen, draws[i][l]);
            const double kept = table->record[i][l] + r->memory * (comes - table->record[i][l]);
            table->came[i][l] = comes;
            table->record[i][l] = kept;
            table->given[i][l] = given_by(r, comes);
            participation[l] += seen;
            came[l] += comes;
            record[l] += kept;
        }
    OVER_LANES {
        measured[ATTENDANCE][l] = came[l] / PARTNERS;
        measured[RECORD][l] = record[l] / PARTNERS;
        measured[PARTICIPATION][l] = participation[l] / PARTNERS;
    }
}

static inline void revise_trust(const Rates *r, Table *table, int i, int j, double *level, double *seen)
{
    OVER_LANES {
        const double met = table->came[i][l] * table->came[j][l];
        const double after = trust_after(r, table->trust[i][j][l], table->given[j][l], met);
        table->trust[i][j][l] = after;
        level[l] += after;
        seen[l] += after * table->record[j][l];
    }
}

/* Blocks of LANES runs: traits (blocks, PARTNERS, LANES), draws (blocks, months, PARTNERS, LANES),
 * measured (blocks, months, MEASURES, LANES). */
void run_lanes(const Rates *given_rates, const Lanes *traits, const Lanes *draws, Lanes *measured, int blocks,
               int months)
{
    static _Thread_local Table table;
    const Rates rates = *given_rates, *r = &rates;
    for (int block = 0; block < blocks; block++) {
        found(r, &table);
        for (int month = 0; month < months; month++) {
            Lanes sum = {0};
            meet(r, &table, traits, draws, measured);
            for (int i = 0; i < PARTNERS; i++) {
                Lanes level = {0}, seen = {0};
                for (int j = 0; j < i; j++)
                    revise_trust(r, &table, i, j, level, seen);
                for (int j = i + 1; j < PARTNERS; j++)
                    revise_trust(r, &table, i, j, level, seen);
                OVER_LANES {
                    table.seen[i][l] = seen[l];
                    sum[l] += level[l];
                }
            }
            OVER_LANES measured[TRUST][l] = sum[l] / (PARTNERS * (PARTNERS - 1));
            measured += MEASURES;
            draws += PARTNERS;
        }
        traits += PARTNERS;
    }
}
