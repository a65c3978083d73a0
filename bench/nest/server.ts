// The peer of bench/orders.py: the smallest honest NestJS server that takes an order of one picture.
// JWT verified, body validated, one transaction with the debit, its ledger entry, the order and its picture.
import 'reflect-metadata';
import { Body, CanActivate, Controller, ExecutionContext, Headers, HttpCode, HttpException, Module, Post, Req, UnauthorizedException, UseGuards, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtModule, JwtService } from '@nestjs/jwt';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsInt, IsOptional, IsString, IsUUID, Matches, Max, Min } from 'class-validator';
import { randomUUID } from 'node:crypto';
import pg from 'pg';

const pool = new pg.Pool({ host: process.env.PGHOST, user: process.env.PGUSER, database: process.env.PGDATABASE, max: 30 });

class Order {
  @IsArray() @ArrayMaxSize(200) @IsUUID(undefined, { each: true }) photo_ids!: string[];
  @IsArray() @ArrayMinSize(1) @ArrayMaxSize(100) @Matches(/^[a-z0-9][a-z0-9_-]{0,63}$/, { each: true }) styles!: string[];
  @IsString() @Matches(/^[a-z0-9][a-z0-9_-]{0,63}$/) engine!: string;
  @Matches(/^[1-9][0-9]{1,4}x[1-9][0-9]{1,4}$/) size!: string;
  @IsOptional() @IsIn(['webp', 'png', 'jpeg']) format: string = 'webp';
  @IsOptional() @IsInt() @Min(1) @Max(1000) count: number = 1;
}

class Guard implements CanActivate {
  constructor(private readonly jwt: JwtService) {}
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest();
    try {
      request.user = await this.jwt.verifyAsync(String(request.headers.authorization).slice(7));
    } catch {
      throw new UnauthorizedException();
    }
    return true;
  }
}
Reflect.defineMetadata('design:paramtypes', [JwtService], Guard);

@Controller('api')
class Orders {
  @Post('generate')
  @HttpCode(202)
  @UseGuards(Guard)
  async create(@Body() order: Order, @Headers('idempotency-key') key: string, @Req() request: { user: { account: string } }) {
    const account = request.user.account;
    const client = await pool.connect();
    try {
      await client.query('begin');
      const claimed = await client.query('insert into nest.submission (account_id, key) values ($1, $2) on conflict do nothing', [account, key]);
      if (!claimed.rowCount) throw new HttpException('This key was used.', 409);
      const photos = await client.query('select id from nest.photo where account_id = $1 and id = any($2)', [account, order.photo_ids]);
      if (photos.rowCount !== order.photo_ids.length) throw new HttpException('There is no such photo.', 404);
      const credits = order.count * order.styles.length * order.photo_ids.length;
      const debit = await client.query('update nest.wallet set credits = credits - $2 where account_id = $1 and credits >= $2 returning credits', [account, credits]);
      if (!debit.rowCount) throw new HttpException('Too few credits.', 402);
      const id = randomUUID();
      await client.query('insert into nest.ledger_entry (account_id, shoot_id, delta, after) values ($1, $2, $3, $4)', [account, id, -credits, debit.rows[0].credits]);
      await client.query('insert into nest.shoot (id, account_id, engine, size, format, count, credits) values ($1, $2, $3, $4, $5, $6, $7)', [id, account, order.engine, order.size, order.format, order.count, credits]);
      const generations = [];
      for (const photo_id of order.photo_ids)
        for (const style of order.styles)
          for (let number = 0; number < order.count; number++) generations.push({ id: randomUUID(), photo_id, style, number: generations.length + 1 });
      await client.query(
        'insert into nest.generation (id, account_id, shoot_id, photo_id, style, number) select id, $1, $2, photo_id, style, number from unnest($3::uuid[], $4::uuid[], $5::text[], $6::int[]) as given (id, photo_id, style, number)',
        [account, id, generations.map((one) => one.id), generations.map((one) => one.photo_id), generations.map((one) => one.style), generations.map((one) => one.number)],
      );
      const answer = { id, engine: order.engine, credits, generations };
      await client.query('update nest.submission set answer = $3 where account_id = $1 and key = $2', [account, key, JSON.stringify(answer)]);
      await client.query('commit');
      return answer;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  }
}

@Module({ imports: [JwtModule.register({ secret: process.env.JWT_SECRET, verifyOptions: { algorithms: ['HS256'] } })], controllers: [Orders] })
class App {}

const app = await NestFactory.create(App, { logger: ['error'] });
app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
await app.listen(Number(process.env.PORT), '127.0.0.1');
